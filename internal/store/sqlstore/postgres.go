package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

const postgresForm = "postgres://USER:PASSWORD@HOST:PORT/DATABASE"

// postgresReaders is how many connections read. The server has a hundred by
// default, and several processes may share it.
const postgresReaders = 8

// postgresVersions is the table of the migrations that were applied. It marks a
// schema as ours: goose's own name for it would be that of other programs, too.
const postgresVersions = "iam_db_version"

// lockWriters makes writers wait for each other, as SQLite does: each sees and
// changes what the one before left, and none has to start over. Serializable
// transactions would run at the same time. But they conflict when they touch the
// same page of an index: of eight callers that made users all the time, more
// than half of the attempts failed, though no two made the same user, and in the
// end they made no more users than with a lock.
//
// It locks a table because LOCK takes no snapshot: what follows sees all that
// was committed while it waited. The function for an advisory lock is called by
// SELECT, which takes one before it waits. Readers and backups do not wait.
//
// A process that stands still in a transaction loses it, and with it the lock:
// the server ends its connection.
const lockWriters = `SET LOCAL idle_in_transaction_session_timeout = '5s'; SET LOCAL lock_timeout = '10s';
	LOCK TABLE ` + lockTable + ` IN EXCLUSIVE MODE`

func postgresEngine() engine {
	return engine{
		// Who waits for a table keeps others from it: not for long at a time.
		dialect: goose.DialectPostgres, folder: "postgres", first: limits("5s", "1min"),
		lock: lockWriters, versions: postgresVersions, readOnly: `current_setting('transaction_read_only')::boolean`,
		catalog: `SELECT c.relname::text, coalesce(f.confrelid::regclass::text, '') FROM (SELECT c.oid, relname` + tablesThere + `) c
			LEFT JOIN pg_constraint f ON f.conrelid = c.oid AND f.contype = 'f'`,
	}
}

func openPostgres(ctx context.Context, dsn string) (*Store, error) {
	config, err := parsePostgres(dsn)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	preparing := postgresPool(config, 2)
	defer preparing.Close()
	config.DialFunc = dialPostgres
	writer, reader := postgresPool(config, 1), postgresPool(config, postgresReaders)
	s := newStore(newPool(reader, 0), newPool(writer, 0), postgresEngine())
	if err = s.preparePostgres(ctx, preparing); err == nil {
		return s, nil
	}
	err = errors.Join(explainPostgres(translate(ctx, err, nil)), s.Close())
	return nil, fmt.Errorf("open database %q at %s:%d: %w", config.Database, config.Host, config.Port, err)
}

// parsePostgres reads an address. To the driver, a password with an @ or a slash
// in it ends there, and the rest is a host or a database, which errors show.
func parsePostgres(dsn string) (*pgx.ConnConfig, error) {
	_, rest, _ := strings.Cut(dsn, "://")
	authority, _, _ := strings.Cut(rest, "/")
	if strings.Count(rest, "@") > 1 || strings.Contains(rest, "@") && !strings.Contains(authority, "@") {
		return nil, errors.New("the address has an @ too many or too late; the form is " + postgresForm +
			", and in its parts @ is written as %40 and / as %2F")
	}
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, err // without the password
	}
	// Of several hosts the one that can be written is meant, whichever comes first.
	several := slices.ContainsFunc(config.Fallbacks, func(f *pgconn.FallbackConfig) bool {
		return f.Host != config.Host || f.Port != config.Port // the same one is there again without TLS
	})
	if several && !strings.Contains(dsn, "target_session_attrs") && config.ValidateConnect == nil {
		config.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 10 * time.Second
	}
	if config.RuntimeParams["application_name"] == "" {
		// The server shows 63 bytes of it.
		host, _ := os.Hostname()
		config.RuntimeParams["application_name"] = fmt.Sprintf("terraform-provider-iam %d@%s", os.Getpid(), host)
	}
	return config, nil
}

func postgresPool(config *pgx.ConnConfig, size int) *sql.DB {
	db := stdlib.OpenDB(*config)
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(size)
	db.SetConnMaxIdleTime(5 * time.Minute) // the server's connections are for all
	return db
}

// preparePostgres checks and migrates while others who would do the same wait.
// A transaction of its own holds the lock, so that it goes with the connection.
// On these connections the server may be silent for long: it waits for others,
// or migrates, and no limit that the user has elsewhere ends that.
func (s *Store) preparePostgres(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(ctx, limits("0", "0")); err != nil {
		return err
	}
	result, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1, oid::int)
		FROM pg_namespace WHERE nspname = current_schema()`, applicationID)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return errors.Join(errors.New("no schema of the search_path is there and open to this user; make one with CREATE SCHEMA"), err)
	}
	if err := checkPostgres(ctx, tx); err != nil {
		return err
	}
	if err := checkRights(ctx, tx); err != nil {
		return err
	}
	s.version, err = s.engine.migrate(ctx, db)
	switch {
	case faultOf(err) == faultDenied:
		return fmt.Errorf("the user may not change its tables; run %q as their owner, who has to GRANT this user "+
			"what new tables need: %w", "terraform-provider-iam serve migrate", err)
	case err != nil:
		return err
	}
	return s.checkWritable(ctx)
}

// limits is a statement that replaces, for a transaction, how long it may wait
// for a lock and stand still, and takes away every other limit.
func limits(lock, idle string) string {
	return `SELECT set_config(name, CASE name WHEN 'lock_timeout' THEN '` + lock + `'
			WHEN 'idle_in_transaction_session_timeout' THEN '` + idle + `' ELSE '0' END, true)
		FROM pg_settings WHERE name IN ('lock_timeout', 'idle_in_transaction_session_timeout', 'statement_timeout', 'transaction_timeout');`
}

// tablesThere are those of the schema, but for those of extensions.
const tablesThere = ` FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
	WHERE nspname = current_schema() AND relkind IN ('r', 'p', 'f', 'v', 'm') AND NOT EXISTS
		(SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')`

// checkRights makes sure that the user may do with the tables what the program
// does. Who owns them may.
func checkRights(ctx context.Context, db conn) error {
	var user, schema, denied string
	err := db.QueryRowContext(ctx, `SELECT current_user, current_schema(), coalesce(string_agg(relname::text, ', ' ORDER BY relname), '')`+
		tablesThere+` AND NOT (has_table_privilege(c.oid, 'SELECT') AND (relname = $1 OR has_table_privilege(c.oid, 'INSERT')
			AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE')))`, postgresVersions).Scan(&user, &schema, &denied)
	if err != nil || denied == "" {
		return err
	}
	return fmt.Errorf("the user %q may not read and write these tables: %s; their owner can GRANT SELECT, INSERT, UPDATE, DELETE "+
		"ON ALL TABLES IN SCHEMA %q TO %[1]q", user, denied, schema)
}

// checkPostgres makes sure that the schema is ours, or can become ours because
// it has no tables but those of extensions.
func checkPostgres(ctx context.Context, db conn) error {
	var encoding, schema, table string
	var readOnly, mayCreate, isOurs bool
	err := db.QueryRowContext(ctx, `SELECT getdatabaseencoding(), current_setting('transaction_read_only')::boolean,
			current_schema(), has_schema_privilege(current_schema(), 'CREATE'),
			coalesce(min(relname::text), ''), coalesce(bool_or(relname = $1), false)`+tablesThere, postgresVersions).Scan(&encoding, &readOnly, &schema, &mayCreate, &table, &isOurs)
	switch {
	case err != nil:
		return err
	case encoding != "UTF8":
		return fmt.Errorf("its encoding is %s; make a database with ENCODING 'UTF8'", encoding)
	case table != "" && !isOurs:
		return fmt.Errorf("its schema %q is not one of the reference backend: it has a table %q; nothing was changed; "+
			"choose another database, or another schema with ?search_path=NAME", schema, table)
	case readOnly:
		return store.ErrReadOnly
	case !isOurs && !mayCreate:
		return fmt.Errorf("the user may not make tables in its schema %q; GRANT CREATE, run %q as a user who may, or choose "+
			"another schema with ?search_path=NAME", schema, "terraform-provider-iam serve migrate")
	}
	return nil
}

// explainPooler says what to do about a pooler between this program and the
// server. One that gives each transaction another connection does not find the
// statements that were prepared on the last one.
func explainPooler(err error) error {
	server, ok := errors.AsType[*pgconn.PgError](err)
	switch {
	case !ok:
		return err
	case ofSettings(server):
		return fmt.Errorf("a pooler such as PgBouncer takes no settings from the address; give them to the user, as with "+
			"ALTER ROLE … IN DATABASE … SET search_path = …: %w", err)
	case slices.Contains([]string{"26000", "42P05", "08P01"}, server.Code):
		return fmt.Errorf("a pooler such as PgBouncer, which gives each transaction another connection, needs "+
			"default_query_exec_mode=exec in the address: %w", err)
	}
	return err
}

// fromPooler reports whether a pooler ends the connection, and not the server: it
// has one code for all of its reasons.
func fromPooler(err *pgconn.PgError) bool {
	return err.Code == "08P01" && err.Severity == "FATAL"
}

// ofSettings reports whether a pooler ends the connection for the settings of the
// address.
func ofSettings(err *pgconn.PgError) bool {
	return fromPooler(err) && strings.Contains(err.Message, "startup parameter")
}

// explainPostgres says what to do about a server that cannot be used.
func explainPostgres(err error) error {
	advice := ""
	if server, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch server.Code {
		case "28P01", "28000": // invalid_password, invalid_authorization_specification
			advice = "the server refuses the user or the password"
		case "3D000": // invalid_catalog_name
			advice = "make the database with CREATE DATABASE"
		}
	} else if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		advice = "the server cannot be reached; check that it runs, and its address"
	}
	if advice == "" {
		return err
	}
	return fmt.Errorf("%s: %w", advice, err)
}
