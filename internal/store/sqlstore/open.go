package sqlstore

import (
	"context"
	"fmt"
	"strings"
)

// Open opens the database that dsn names and migrates its tables. dsn has one of
// the forms
//
//	sqlite:PATH
//	sqlite:PATH?NAME=VALUE&…
//	postgres://USER:PASSWORD@HOST:PORT/DATABASE
//	postgres://USER:PASSWORD@HOST:PORT/DATABASE?NAME=VALUE&…
//
// PATH is a file name without escapes; only a question mark ends it. A missing
// file is created. Options are passed on to SQLite, except durable=false, which
// turns off waiting for the disk: use it only for a database that may be lost in
// a power failure.
//
// A PostgreSQL database must exist. Tables are created in the first schema of the
// search_path. Settings that are not in the address have the same sources as for
// psql, such as PGPASSWORD and ~/.pgpass. The scheme postgresql is accepted as
// well. Of several hosts, the one that accepts writes is used.
//
// Open returns an error for a database of another program and does not change it.
// No error contains a password.
func Open(ctx context.Context, dsn string) (*Store, error) {
	scheme, rest, found := strings.Cut(dsn, ":")
	switch {
	case found && scheme == "sqlite":
		return openSQLite(ctx, rest)
	case strings.HasPrefix(dsn, "postgres://"), strings.HasPrefix(dsn, "postgresql://"):
		return openPostgres(ctx, dsn)
	}
	if !found {
		return nil, fmt.Errorf("open database: the address names no engine; use sqlite:PATH or %s", postgresForm)
	}
	// Only the scheme: the rest may contain a password.
	return nil, fmt.Errorf("open database: unknown engine %q; use sqlite:PATH or %s", scheme+":", postgresForm)
}
