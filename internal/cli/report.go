package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/server/embedded"
)

// reportOptions are the flags of report.
type reportOptions struct {
	apiURL, embedded, tenant string
	email, userID            string
	format                   string
}

// runReport prints the permissions report of one user.
func runReport(ctx context.Context, env Env, args []string) (err error) {
	var o reportOptions
	f := flags(env, "report", "Print the permissions report of a user.\nCredentials come from IAM_CLIENT_ID and IAM_CLIENT_SECRET, or IAM_ACCESS_TOKEN; an embedded database needs none.")
	f.StringVar(&o.apiURL, "api-url", env.Getenv("IAM_API_URL"), "base `URL` of the IAM API (default IAM_API_URL)")
	f.StringVar(&o.embedded, "embedded", "", "`path` of an embedded backend's database, instead of an API")
	f.StringVar(&o.tenant, "tenant", env.Getenv("IAM_TENANT"), "`name` of the tenant (default IAM_TENANT)")
	f.StringVar(&o.email, "email", "", "`e-mail` of the user")
	f.StringVar(&o.userID, "user-id", "", "`id` of the user, instead of the e-mail")
	f.StringVar(&o.format, "format", "text", "`text`, csv or json")
	if err := parse(env, f, args); err != nil {
		return err
	}
	if err := o.check(); err != nil {
		fmt.Fprintln(env.Stderr, "report:", err)
		return errUsage
	}
	c, closeBackend, err := connect(ctx, env, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeBackend()) }()
	user, err := c.FindUser(ctx, o.userID, o.email)
	if err != nil {
		return err
	}
	subject, err := c.Subject(ctx, *user)
	if err != nil {
		return err
	}
	held, err := c.UserScopes(ctx, user.ID)
	if err != nil && !client.IsForbidden(err) {
		return err
	}
	var makeRoles []string // unknown to a key that may not read scopes
	if err == nil {
		makeRoles = access.MakeRoles(strings.Fields(held.Scopes))
	}
	return writeReport(env.Stdout, o.format, *user, makeRoles, access.Report(subject))
}

func (o reportOptions) check() error {
	if (o.email == "") == (o.userID == "") {
		return errors.New("name the user with --email or --user-id")
	}
	if o.apiURL == "" && o.embedded == "" {
		return errors.New("say where to look: an API with --api-url (or IAM_API_URL), or a database with --embedded")
	}
	if !slices.Contains([]string{"text", "csv", "json"}, o.format) {
		return fmt.Errorf("--format is text, csv or json, not %q", o.format)
	}
	return nil
}

// connect returns a client of the API or of the embedded database, and the
// function that ends it.
func connect(ctx context.Context, env Env, o reportOptions) (*client.Client, func() error, error) {
	options := client.Options{
		BaseURL: o.apiURL, Tenant: o.tenant, UserAgent: "terraform-provider-iam/" + env.Version,
		ClientID: env.Getenv("IAM_CLIENT_ID"), ClientSecret: env.Getenv("IAM_CLIENT_SECRET"), AccessToken: env.Getenv("IAM_ACCESS_TOKEN"),
	}
	end := func() error { return nil }
	if o.embedded != "" {
		backend, err := embedded.Open(ctx, embedded.Options{Path: o.embedded, Tenant: strings.ToLower(o.tenant), MustExist: true})
		if err != nil {
			return nil, nil, err
		}
		options.BaseURL, options.Transport, options.AccessToken, end = embedded.BaseURL, backend, backend.Token(), backend.Close
	}
	c, err := client.New(options)
	if err != nil {
		return nil, nil, errors.Join(err, end())
	}
	return c, end, nil
}

func writeReport(w io.Writer, format string, user api.User, makeRoles []string, rows []access.Row) error {
	switch format {
	case "csv":
		_, err := io.WriteString(w, access.ReportCSV(rows))
		return err
	case "json":
		return writeReportJSON(w, user, makeRoles, rows)
	}
	return writeReportText(w, user, makeRoles, rows)
}

func writeReportText(w io.Writer, user api.User, makeRoles []string, rows []access.Row) error {
	state := strings.ToLower(string(user.Status))
	if user.Locked() {
		state += ", locked"
	}
	fmt.Fprintf(w, "%s %s <%s>, %s, %s\n", user.FirstName, user.LastName, user.ContactEmail, cmp.Or(user.Department, "no department"), state)
	fmt.Fprintf(w, "groups: %s\n", cmp.Or(strings.Join(user.GroupIDs, ", "), "none"))
	if len(makeRoles) > 0 {
		fmt.Fprintf(w, "roles in Make: %s\n", strings.Join(makeRoles, ", "))
	}
	fmt.Fprintln(w)
	if len(rows) == 0 {
		_, err := fmt.Fprintln(w, "This user has no access.")
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "CATEGORY\tENTITY\tLEVEL\tRECORDS\tGRANTED BY\tSOURCE")
	category := ""
	for _, r := range rows {
		shown := r.Category
		if shown == category {
			shown = "" // say it once, so that headings stand out
		}
		category = r.Category
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", shown, r.EntityLabel, r.Level, cmp.Or(strings.Join(r.Restrictions, ", "), "all"), strings.Join(r.GrantedBy, ", "), r.Source)
	}
	return t.Flush()
}

// reportRow is a row of the report as JSON, named as in the data source.
type reportRow struct {
	Category         string   `json:"category"`
	Entity           string   `json:"entity"`
	EntityLabel      string   `json:"entity_label"`
	Level            string   `json:"level"`
	Restrictions     []string `json:"restrictions"`
	RestrictionAware bool     `json:"restriction_aware"`
	GrantedBy        []string `json:"granted_by"`
	Source           string   `json:"source"`
}

func writeReportJSON(w io.Writer, user api.User, makeRoles []string, rows []access.Row) error {
	doc := struct {
		UserID string      `json:"user_id"`
		Email  string      `json:"email"`
		Locked bool        `json:"locked"`
		Groups []string    `json:"groups"`
		Make   []string    `json:"make_roles"`
		Rows   []reportRow `json:"rows"`
	}{user.ID, user.ContactEmail, user.Locked(), user.GroupIDs, append([]string{}, makeRoles...), []reportRow{}}
	for _, r := range rows {
		restrictions := append([]string{}, r.Restrictions...) // never null
		doc.Rows = append(doc.Rows, reportRow{r.Category, r.Entity, r.EntityLabel, r.Level.String(), restrictions, r.RestrictionAware, r.GrantedBy, string(r.Source)})
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(doc)
}
