package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
)

// runMigrate creates or updates the tables of a database.
func runMigrate(ctx context.Context, env Env, args []string) (err error) {
	var database string
	f := flags(env, "serve migrate", "Create or update the tables of a database, and exit. The database user needs the right to do so;\nthe user of serve, which otherwise does the same, then needs only to read and write.")
	f.StringVar(&database, "database", "sqlite:iam.db", "`address` of the database, as for serve")
	if err := parse(env, f, args); err != nil {
		return err
	}
	db, err := sqlstore.Open(ctx, database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if kept := db.MigrationBackup(); kept != "" {
		fmt.Fprintf(env.Stdout, "The previous database is in %s\n", kept)
	}
	_, err = fmt.Fprintf(env.Stdout, "The tables have version %d\n", db.Version())
	return err
}
