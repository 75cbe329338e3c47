package sqlstore

import (
	"context"
	"fmt"
	"strings"
)

// Open opens the database that dsn names and brings its tables up to date. The
// form is one of
//
//	sqlite:PATH
//	sqlite:PATH?NAME=VALUE&…
//	postgres://USER:PASSWORD@HOST:PORT/DATABASE
//	postgres://USER:PASSWORD@HOST:PORT/DATABASE?NAME=VALUE&…
//
// PATH is the name of a file as it is, without escapes; only a question mark
// ends it. The file is made when it is missing. What follows is passed on to
// SQLite, but for durable=false, which waits for no disk: for a database that may
// go with the power.
//
// A PostgreSQL database must be there. The tables are made in the first schema
// of the search_path. What the address does not say comes from where psql takes
// it, such as PGPASSWORD and ~/.pgpass. The scheme may be postgresql, too. Of
// several hosts the one that takes writes is used.
//
// What belongs to another program is refused and left as it is. No error holds
// a password.
func Open(ctx context.Context, dsn string) (*Store, error) {
	scheme, rest, found := strings.Cut(dsn, ":")
	switch {
	case found && scheme == "sqlite":
		return openSQLite(ctx, rest)
	case strings.HasPrefix(dsn, "postgres://"), strings.HasPrefix(dsn, "postgresql://"):
		return openPostgres(ctx, dsn)
	}
	if !found {
		return nil, fmt.Errorf("open database: the address names no engine; the form is sqlite:PATH or %s", postgresForm)
	}
	// Only the scheme: the rest may hold a password.
	return nil, fmt.Errorf("open database: no engine for %q; the form is sqlite:PATH or %s", scheme+":", postgresForm)
}
