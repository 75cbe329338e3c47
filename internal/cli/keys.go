package cli

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/server/seal"
	"github.com/access-config/terraform-provider-iam/internal/server/signing"
)

// encryptionVariable has the keys that encrypt secrets if there is no key file.
const encryptionVariable = "IAM_ENCRYPTION_KEY"

const keyFileUsage = "`file` with the keys that encrypt secrets in the database, one per line: the first encrypts, all decrypt (default IAM_ENCRYPTION_KEY; without keys secrets are stored in plain text)"

// encryptionKeys reads the keys that encrypt secrets in the database; nil if there
// are none.
func encryptionKeys(env Env, path string) (*seal.Keys, error) {
	if path != "" {
		keys, err := seal.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("reading --key-file: %w", err)
		}
		return keys, nil
	}
	text := env.Getenv(encryptionVariable)
	if text == "" {
		return nil, nil
	}
	keys, err := seal.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", encryptionVariable, err)
	}
	return keys, nil
}

// keysOptions are the flags of keys.
type keysOptions struct {
	database, keyFile string
	endTokens         bool
}

// runKeys manages the keys that sign tokens in the backend's database, which may be
// in use.
func runKeys(ctx context.Context, env Env, args []string) error {
	if len(args) > 0 {
		switch args[0] {
		case "list":
			return withSigningKeys(ctx, env, args, "List the keys that sign tokens.", listKeys)
		case "rotate":
			return withSigningKeys(ctx, env, args, "Create a new key that signs tokens. Existing tokens stay valid until they expire.", rotateKey)
		}
	}
	w, err := usageOutput(env, args)
	fmt.Fprint(w, "Manage the keys that sign tokens in the database of the reference backend.\n\nUsage: terraform-provider-iam keys list|rotate [flags]\n")
	return err
}

// withSigningKeys runs a command on the signing keys of the database that the flags
// name.
func withSigningKeys(
	ctx context.Context, env Env, args []string, about string, run func(ctx context.Context, env Env, o keysOptions, keys signing.Keys) error,
) (err error) {
	var o keysOptions
	f := flags(env, "keys "+args[0], about+"\nIt works on the database, even while that is served.")
	f.StringVar(&o.database, "database", "sqlite:iam.db", "`address` of the database, as for serve")
	f.StringVar(&o.keyFile, "key-file", "", keyFileUsage)
	if args[0] == "rotate" {
		f.BoolVar(&o.endTokens, "end-tokens", false, "remove all other keys, which ends all tokens within a minute: for keys that may have leaked")
	}
	if err := parse(env, f, args[1:]); err != nil {
		return err
	}
	encryption, err := encryptionKeys(env, o.keyFile)
	if err != nil {
		return err
	}
	db, err := openExisting(ctx, o.database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return run(ctx, env, o, signing.NewKeys(db, encryption, time.Now))
}

func listKeys(ctx context.Context, env Env, _ keysOptions, keys signing.Keys) error {
	all, err := keys.List(ctx)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(env.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "KEY_ID\tCREATED\tVERIFIES UNTIL\tENCRYPTED UNDER")
	for _, k := range all {
		ends, under := "(the next one)", "(nothing)"
		if !k.EndsAt.IsZero() {
			ends = k.EndsAt.UTC().Format(time.RFC3339)
		}
		if k.SealedBy != "" {
			under = k.SealedBy
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", access.Visible(k.ID), k.CreatedAt.UTC().Format(time.RFC3339), ends, access.Visible(under))
	}
	return w.Flush()
}

func rotateKey(ctx context.Context, env Env, o keysOptions, keys signing.Keys) error {
	id, err := keys.Rotate(ctx, o.endTokens)
	if err != nil {
		return err
	}
	when := "It signs tokens in two minutes. Existing tokens stay valid until they expire."
	if o.endTokens {
		when = "It signs tokens from now on. All other tokens end within a minute."
	}
	_, err = fmt.Fprintf(env.Stdout, "Created the key %s. %s\n", id, when)
	return err
}
