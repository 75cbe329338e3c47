package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
)

// runBackup copies the backend's database, which may be in use.
func runBackup(ctx context.Context, env Env, args []string) error {
	var database, output string
	var force bool
	f := flags(env, "backup", "Copy the database of the reference backend into a file, even while it is served.\nThe file contains everything in the database, including API keys and the keys that sign tokens.")
	f.StringVar(&database, "database", "sqlite:iam.db", "`address` of the database, as for serve")
	f.StringVar(&output, "output", "", "`file` to write")
	f.BoolVar(&force, "force", false, "overwrite the file")
	if err := parse(env, f, args); err != nil {
		return err
	}
	if output == "" {
		fmt.Fprintln(env.Stderr, "backup: name the file to write with --output")
		return errUsage
	}
	c, err := sqlstore.Backup(ctx, database, output, force)
	if errors.Is(err, fs.ErrExist) {
		err = fmt.Errorf("%w: choose another file, or overwrite it with --force", err)
	}
	if err != nil {
		return err
	}
	return printCopy(env.Stdout, output, c)
}

// runRestore creates a database from a backup.
func runRestore(ctx context.Context, env Env, args []string) error {
	var database, input string
	f := flags(env, "restore", "Create the database of the reference backend from a backup.\nAn existing database is never changed.")
	f.StringVar(&database, "database", "sqlite:iam.db", "`address` of the database to create, as for serve")
	f.StringVar(&input, "input", "", "`file` that backup wrote")
	if err := parse(env, f, args); err != nil {
		return err
	}
	if input == "" {
		fmt.Fprintln(env.Stderr, "restore: name the backup file with --input")
		return errUsage
	}
	c, err := sqlstore.Restore(ctx, database, input)
	if err != nil {
		return err
	}
	return printCopy(env.Stdout, database, c)
}

func printCopy(w io.Writer, name string, c sqlstore.Copy) error {
	_, err := fmt.Fprintf(w, "%s: %d KB, tables of version %d, tenants: %d, checked\n", name, c.Size>>10, c.Version, c.Tenants)
	return err
}
