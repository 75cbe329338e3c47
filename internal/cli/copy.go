package cli

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
)

// runCopy copies a database into an empty one.
func runCopy(ctx context.Context, env Env, args []string) error {
	var from, to string
	f := flags(env, "serve copy", "Copy a database into an empty one, of the same engine or the other: all or nothing.\nStop the backend first: later writes are not copied.")
	f.StringVar(&from, "from", "", "`address` of the database to copy, as for serve; it is only read")
	f.StringVar(&to, "to", "", "`address` of an empty database or schema, or of a SQLite file to create")
	if err := parse(env, f, args); err != nil {
		return err
	}
	if from == "" || to == "" {
		fmt.Fprintln(env.Stderr, "serve copy: name both databases, with --from and --to")
		return errUsage
	}
	all, err := sqlstore.CopyInto(ctx, from, to)
	if err != nil {
		return fmt.Errorf("nothing was copied: %w", err)
	}
	w := tabwriter.NewWriter(env.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "TABLE\tROWS")
	for _, c := range all {
		fmt.Fprintf(w, "%s\t%d\n", c.Table, c.Rows)
	}
	return w.Flush()
}
