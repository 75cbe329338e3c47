package sqlstore

import (
	"context"
	"fmt"
	"strings"
)

// Open opens the database that dsn names, makes it when it is missing, and
// brings its tables up to date. The form is
//
//	sqlite:PATH
//	sqlite:PATH?NAME=VALUE&…
//
// PATH is the name of a file as it is, without escapes; only a question mark
// ends it. What follows is passed on to SQLite. A file that is not a database
// of this program is refused and left as it is.
func Open(ctx context.Context, dsn string) (*Store, error) {
	scheme, rest, found := strings.Cut(dsn, ":")
	if !found || scheme != "sqlite" {
		// Only the scheme: the rest may hold a password.
		return nil, fmt.Errorf("open database: no engine for %q; the form is sqlite:PATH", scheme+":")
	}
	return openSQLite(ctx, rest)
}
