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

// encryptionVariable has the keys that encrypt secrets where no file has them.
const encryptionVariable = "IAM_ENCRYPTION_KEY"

const keyFileUsage = "`file` with the keys that encrypt secrets in the database, one in each line: the first encrypts, all decrypt (default IAM_ENCRYPTION_KEY; none stores secrets plain)"

// encryptionKeys reads the keys that encrypt secrets in the database, or returns
// nil when there are none.
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

// runKeys manages the keys that sign tokens in the backend's database, which may
// be served meanwhile.
func runKeys(ctx context.Context, env Env, args []string) error {
	if len(args) > 0 {
		switch args[0] {
		case "list":
			return withSigningKeys(ctx, env, args, "List the keys that sign tokens.", listKeys)
		case "rotate":
			return withSigningKeys(ctx, env, args, "Make another key that signs tokens. Tokens stay good until they expire.", rotateKey)
		}
	}
	w, err := explaining(env, args)
	fmt.Fprint(w, "Manage the keys that sign tokens in the database of the reference backend.\n\nUsage: terraform-provider-iam keys list|rotate [flags]\n")
	return err
}

// withSigningKeys runs a command on the signing keys of the database that its
// flags name.
func withSigningKeys(
	ctx context.Context, env Env, args []string, about string, run func(ctx context.Context, env Env, o keysOptions, keys signing.Keys) error,
) (err error) {
	var o keysOptions
	f := flags(env, "keys "+args[0], about+"\nIt works on the database, also while that is served.")
	f.StringVar(&o.database, "database", "sqlite:iam.db", "`address` of the database, as serve takes it")
	f.StringVar(&o.keyFile, "key-file", "", keyFileUsage)
	if args[0] == "rotate" {
		f.BoolVar(&o.endTokens, "end-tokens", false, "remove all other keys, so that all tokens end within a minute: for keys that somebody may have seen")
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
	when := "signs tokens in two minutes, and those before it stay good until they expire"
	if o.endTokens {
		when = "signs tokens from now on, and all others end within a minute"
	}
	_, err = fmt.Fprintf(env.Stdout, "made the key %s, which %s\n", id, when)
	return err
}
