package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
)

// runMigrate makes the tables of a database or brings them up to date, and ends.
func runMigrate(ctx context.Context, env Env, args []string) (err error) {
	var database string
	f := flags(env, "serve migrate", "Make the tables of a database, or bring them up to date, and end. The user must be allowed\nto do that; the user of serve, which does it, too, then needs no more than to read and write.")
	f.StringVar(&database, "database", "sqlite:iam.db", "`address` of the database, as serve takes it")
	if err := parse(env, f, args); err != nil {
		return err
	}
	db, err := sqlstore.Open(ctx, database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if kept := db.Kept(); kept != "" {
		fmt.Fprintf(env.Stdout, "the database as it was is in %s\n", kept)
	}
	_, err = fmt.Fprintf(env.Stdout, "the tables have version %d\n", db.Version())
	return err
}
