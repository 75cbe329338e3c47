package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/server/embedded"
	"github.com/access-config/terraform-provider-iam/internal/store"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
)

// clientsOptions are the flags of clients.
type clientsOptions struct {
	database, tenant, id string
	scopes               list
	forMake              bool
}

// clientsCommand is a subcommand of clients.
type clientsCommand struct {
	name  string
	about string
	id    bool // whether it needs --id
	run   func(ctx context.Context, env Env, o clientsOptions, db store.Store) error
}

func clientsCommands() []clientsCommand {
	return []clientsCommand{
		{"list", "List the API keys of a tenant.", false, listClients},
		{"create", "Create an API key. Its secret is printed once.", true, createClient},
		{"rotate", "Replace the secret of an API key. The new one is printed once, and tokens of the key end at once.", true, rotateClient},
		{"revoke", "Remove an API key. Its tokens end at once.", true, revokeClient},
	}
}

// runClients manages the API keys of a tenant in the backend's database, which may
// be in use.
func runClients(ctx context.Context, env Env, args []string) error {
	for _, c := range clientsCommands() {
		if len(args) > 0 && args[0] == c.name {
			return c.parseAndRun(ctx, env, args[1:])
		}
	}
	w, err := usageOutput(env, args)
	fmt.Fprint(w, "Manage the API keys of a tenant in the database of the reference backend.\n\nUsage: terraform-provider-iam clients list|create|rotate|revoke [flags]\n\n")
	for _, c := range clientsCommands() {
		fmt.Fprintf(w, "  %-8s  %s\n", c.name, c.about)
	}
	return err
}

func (c clientsCommand) parseAndRun(ctx context.Context, env Env, args []string) (err error) {
	var o clientsOptions
	f := flags(env, "clients "+c.name, c.about+"\nIt works on the database, even while that is served.")
	f.StringVar(&o.database, "database", "sqlite:iam.db", "`address` of the database, as for serve")
	f.StringVar(&o.tenant, "tenant", env.Getenv("IAM_TENANT"), "`name` of the tenant (default IAM_TENANT)")
	if c.id {
		f.StringVar(&o.id, "id", "", "`id` of the API key")
	}
	if c.name == "create" {
		f.Var(&o.scopes, "scope", "`scope` that the API key may have (repeatable; default every scope)")
		f.BoolVar(&o.forMake, "make", false, "create a key for clients of Make, which call the reference Make with it; without --id and --scope")
	}
	if err := parse(env, f, args); err != nil {
		return err
	}
	o.tenant = strings.ToLower(o.tenant)
	if err := o.check(c); err != nil {
		fmt.Fprintf(env.Stderr, "clients %s: %s\n", c.name, access.Visible(err.Error()))
		return errUsage
	}
	db, err := openExisting(ctx, o.database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := db.Tenant(ctx, o.tenant); err != nil {
		return fmt.Errorf("looking for tenant %s: %w", o.tenant, err)
	}
	return c.run(ctx, env, o, db)
}

func (o clientsOptions) check(c clientsCommand) error {
	if o.tenant == "" {
		return errors.New("name the tenant with --tenant (or IAM_TENANT)")
	}
	if o.forMake {
		if o.id != "" || len(o.scopes) > 0 {
			return errors.New("a key for Make has an id and a scope of its own: leave out --id and --scope")
		}
		return nil
	}
	if c.id && o.id == "" {
		return errors.New("name the API key with --id")
	}
	if c.name != "create" {
		return nil
	}
	if !api.ValidID(o.id) {
		return fmt.Errorf("--id must have 1 to 66 letters, digits, dots, hyphens and underscores, unlike %q", o.id)
	}
	for _, scope := range o.scopes {
		if !api.ValidScope(scope) {
			return fmt.Errorf("--scope must be one scope such as %s, not %q", api.ScopeUserRead, scope)
		}
	}
	return nil
}

// openExisting opens a database that must exist.
func openExisting(ctx context.Context, database string) (*sqlstore.Store, error) {
	if path, ok := strings.CutPrefix(database, "sqlite:"); ok {
		dsn, err := embedded.Existing(path)
		if err != nil {
			return nil, err
		}
		return sqlstore.Open(ctx, dsn)
	}
	return sqlstore.Open(ctx, database)
}

func listClients(ctx context.Context, env Env, o clientsOptions, db store.Store) error {
	all, err := db.Clients(ctx, o.tenant)
	if err != nil {
		return fmt.Errorf("listing the API keys: %w", err)
	}
	w := tabwriter.NewWriter(env.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "CLIENT_ID\tCREATED\tSECRET SET\tSCOPES")
	for _, c := range all {
		scopes := strings.Join(c.Scopes, " ")
		if len(c.Scopes) == 0 {
			scopes = "(every scope)"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", access.Visible(c.ID), day(c.CreatedAt), day(c.SecretAt), access.Visible(scopes))
	}
	return w.Flush()
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

func createClient(ctx context.Context, env Env, o clientsOptions, db store.Store) error {
	if o.forMake {
		id, key, err := server.NewClients(db, time.Now).CreateMakeKey(ctx, o.tenant)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(env.Stdout, "created a key for Make for tenant %s, shown only once:\n  client_id = %s\n  key       = %s\n", o.tenant, id, key)
		return err
	}
	secret, err := server.NewClients(db, time.Now).Create(ctx, o.tenant, o.id, o.scopes)
	if err != nil {
		return err
	}
	return printSecret(env.Stdout, "created an API key", o.tenant, o.id, secret)
}

func rotateClient(ctx context.Context, env Env, o clientsOptions, db store.Store) error {
	secret, err := server.NewClients(db, time.Now).Rotate(ctx, o.tenant, o.id)
	if err != nil {
		return err
	}
	return printSecret(env.Stdout, "created a new secret", o.tenant, o.id, secret)
}

func revokeClient(ctx context.Context, env Env, o clientsOptions, db store.Store) error {
	if err := server.NewClients(db, time.Now).Revoke(ctx, o.tenant, o.id); err != nil {
		return err
	}
	_, err := fmt.Fprintf(env.Stdout, "revoked the API key %s of tenant %s\n", access.Visible(o.id), o.tenant)
	return err
}

// printSecret prints a new secret, which is never shown again.
func printSecret(w io.Writer, done, tenant, id, secret string) error {
	_, err := fmt.Fprintf(w, "%s for tenant %s, shown only once:\n  client_id     = %s\n  client_secret = %s\n", done, tenant, access.Visible(id), secret)
	return err
}
