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

// postgresReaders and postgresWriters are the numbers of connections. The server
// allows a hundred by default, and several processes may share it.
const (
	postgresReaders = 8
	postgresWriters = 8
)

// postgresVersions is the table of applied migrations. It also identifies a
// schema as ours, unlike goose's default name, which other programs use as well.
const postgresVersions = "iam_db_version"

// lockWriters makes writers wait for each other, as in SQLite: each sees what the
// previous one committed, and none has to start over. Serializable transactions
// would run concurrently, but conflict when they touch the same index page: with
// eight callers creating users continuously, more than half of the attempts
// failed although no two created the same user, and the throughput was no higher
// than with a lock.
//
// It locks a table because LOCK takes no snapshot, so later statements see
// everything committed while it waited. For an advisory lock, a SELECT calls a
// function and takes its snapshot before it waits. Readers and backups do not wait.
//
// If a process hangs in a transaction, the server closes its connection and so
// releases the lock.
const (
	lockLimits  = `SET LOCAL idle_in_transaction_session_timeout = '5s'; SET LOCAL lock_timeout = '10s'; `
	lockWriters = lockLimits + `LOCK TABLE ` + lockTable + ` IN EXCLUSIVE MODE`
)

// lockTenants is the number of locks for tenants. Tenants with the same lock wait
// for each other, which only takes time.
const lockTenants = 64

// lockTenant returns the statement for a transaction of one tenant: it excludes
// those of the same tenant, and those of all, which lock the first table
// exclusively, as every older program does. All take the locks in this order.
func lockTenant(number int) string {
	return lockLimits + `LOCK TABLE ` + lockTable + ` IN ROW EXCLUSIVE MODE; LOCK TABLE ` + lockTables + fmt.Sprintf("%02d", number) + ` IN EXCLUSIVE MODE`
}

func postgresEngine() engine {
	tenantLocks := make([]string, lockTenants)
	for i := range tenantLocks {
		tenantLocks[i] = lockTenant(i)
	}
	return engine{
		// A session that waits for a table lock blocks others, so it must not wait
		// long.
		dialect: goose.DialectPostgres, folder: "postgres", first: limits("5s", "1min"),
		lock: lockWriters, tenantLocks: tenantLocks, begin: beginPostgres, versions: postgresVersions, readOnly: `current_setting('transaction_read_only')::boolean`,
		catalog: `SELECT c.relname::text, coalesce(f.confrelid::regclass::text, '') FROM (SELECT c.oid, relname` + tablesInSchema + `) c
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
	writer, reader := postgresPool(config, postgresWriters), postgresPool(config, postgresReaders)
	s := newStore(newPool(reader, 0), newPool(writer, 0), postgresEngine())
	if err = s.preparePostgres(ctx, preparing); err == nil {
		return s, nil
	}
	err = errors.Join(explainPostgres(translate(ctx, err, nil)), s.Close())
	return nil, fmt.Errorf("open database %q at %s:%d: %w", config.Database, config.Host, config.Port, err)
}

// parsePostgres parses an address. The driver ends a password at an @ or a slash
// and takes the rest for a host or database, which its errors then show;
// parsePostgres rejects such addresses.
func parsePostgres(dsn string) (*pgx.ConnConfig, error) {
	_, rest, _ := strings.Cut(dsn, "://")
	authority, _, _ := strings.Cut(rest, "/")
	if strings.Count(rest, "@") > 1 || strings.Contains(rest, "@") && !strings.Contains(authority, "@") {
		return nil, errors.New("the address contains an unescaped @ or / in one of its parts; the form is " + postgresForm +
			", and within its parts, write @ as %40 and / as %2F")
	}
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, err // without the password
	}
	// Of several hosts, use the one that accepts writes, in any order.
	several := slices.ContainsFunc(config.Fallbacks, func(f *pgconn.FallbackConfig) bool {
		return f.Host != config.Host || f.Port != config.Port // the same host is repeated without TLS
	})
	if several && !strings.Contains(dsn, "target_session_attrs") && config.ValidateConnect == nil {
		config.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 10 * time.Second
	}
	if config.RuntimeParams["application_name"] == "" {
		// The server shows 63 bytes of the name.
		host, _ := os.Hostname()
		config.RuntimeParams["application_name"] = fmt.Sprintf("terraform-provider-iam %d@%s", os.Getpid(), host)
	}
	return config, nil
}

func postgresPool(config *pgx.ConnConfig, size int) *sql.DB {
	db := stdlib.OpenDB(*config)
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(size)
	db.SetConnMaxIdleTime(5 * time.Minute) // other clients share the server's connections
	return db
}

// preparePostgres checks and migrates the database while other processes that
// want to do so wait. A separate transaction holds the lock, so a lost connection
// releases it. On these connections the server may take long to respond, because
// it waits for others or migrates; no time limit that the user has set elsewhere
// applies.
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
		return errors.Join(errors.New("no schema in the search_path exists and is accessible to this user; create one with CREATE SCHEMA"), err)
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
		return fmt.Errorf("the user is not allowed to alter the tables; run %q as their owner, who must then GRANT this user "+
			"privileges on new tables: %w", "terraform-provider-iam serve migrate", err)
	case err != nil:
		return err
	}
	return s.checkWritable(ctx)
}

// limits returns a statement that sets the lock timeout and the idle timeout of a
// transaction, and removes every other time limit.
func limits(lock, idle string) string {
	return `SELECT set_config(name, CASE name WHEN 'lock_timeout' THEN '` + lock + `'
			WHEN 'idle_in_transaction_session_timeout' THEN '` + idle + `' ELSE '0' END, true)
		FROM pg_settings WHERE name IN ('lock_timeout', 'idle_in_transaction_session_timeout', 'statement_timeout', 'transaction_timeout');`
}

// tablesInSchema selects the tables of the schema, except those of extensions.
const tablesInSchema = ` FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
	WHERE nspname = current_schema() AND relkind IN ('r', 'p', 'f', 'v', 'm') AND NOT EXISTS
		(SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')`

// checkRights returns an error unless the user has the privileges that the
// program needs on the tables. Their owner has them.
func checkRights(ctx context.Context, db *sql.Tx) error {
	var user, schema, denied string
	err := db.QueryRowContext(ctx, `SELECT current_user, current_schema(), coalesce(string_agg(relname::text, ', ' ORDER BY relname), '')`+
		tablesInSchema+` AND NOT (has_table_privilege(c.oid, 'SELECT') AND (relname = $1 OR has_table_privilege(c.oid, 'INSERT')
			AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE')))`, postgresVersions).Scan(&user, &schema, &denied)
	if err != nil || denied == "" {
		return err
	}
	return fmt.Errorf("the user %q lacks privileges on these tables: %s; their owner can GRANT SELECT, INSERT, UPDATE, DELETE "+
		"ON ALL TABLES IN SCHEMA %q TO %[1]q", user, denied, schema)
}

// checkPostgres returns an error unless the schema is ours, or can become ours
// because its only tables are those of extensions.
func checkPostgres(ctx context.Context, db *sql.Tx) error {
	var encoding, schema, table string
	var readOnly, mayCreate, isOurs bool
	err := db.QueryRowContext(ctx, `SELECT getdatabaseencoding(), current_setting('transaction_read_only')::boolean,
			current_schema(), has_schema_privilege(current_schema(), 'CREATE'),
			coalesce(min(relname::text), ''), coalesce(bool_or(relname = $1), false)`+tablesInSchema, postgresVersions).Scan(&encoding, &readOnly, &schema, &mayCreate, &table, &isOurs)
	switch {
	case err != nil:
		return err
	case encoding != "UTF8":
		return fmt.Errorf("its encoding is %s; create a database with ENCODING 'UTF8'", encoding)
	case table != "" && !isOurs:
		return fmt.Errorf("its schema %q does not belong to the reference backend: it contains a table %q; nothing was changed; "+
			"choose another database, or another schema with ?search_path=NAME", schema, table)
	case readOnly:
		return store.ErrReadOnly
	case !isOurs && !mayCreate:
		return fmt.Errorf("the user is not allowed to create tables in its schema %q; GRANT CREATE, run %q as a user with that privilege, or choose "+
			"another schema with ?search_path=NAME", schema, "terraform-provider-iam serve migrate")
	}
	return nil
}

// explainPooler adds what to do about a connection pooler. A pooler that assigns
// a new connection to each transaction does not have the statements prepared on
// the previous one.
func explainPooler(err error) error {
	server, ok := errors.AsType[*pgconn.PgError](err)
	switch {
	case !ok:
		return err
	case ofSettings(server):
		return fmt.Errorf("a pooler such as PgBouncer does not accept settings in the address; set them for the user, as with "+
			"ALTER ROLE … IN DATABASE … SET search_path = …: %w", err)
	case slices.Contains([]string{"26000", "42P05", "08P01"}, server.Code):
		return fmt.Errorf("a pooler such as PgBouncer, which assigns a new connection to each transaction, needs "+
			"default_query_exec_mode=exec in the address: %w", err)
	}
	return err
}

// fromPooler reports whether a pooler, not the server, closed the connection: it
// uses one code for all reasons.
func fromPooler(err *pgconn.PgError) bool {
	return err.Code == "08P01" && err.Severity == "FATAL"
}

// ofSettings reports whether a pooler closed the connection because of settings
// in the address.
func ofSettings(err *pgconn.PgError) bool {
	return fromPooler(err) && strings.Contains(err.Message, "startup parameter")
}

// explainPostgres adds what to do about an unusable server.
func explainPostgres(err error) error {
	advice := ""
	if server, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch server.Code {
		case "28P01", "28000": // invalid_password, invalid_authorization_specification
			advice = "the server rejects the user or the password"
		case "3D000": // invalid_catalog_name
			advice = "create the database with CREATE DATABASE"
		}
	} else if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		advice = "the server is unreachable; check its address and that it is running"
	}
	if advice == "" {
		return err
	}
	return fmt.Errorf("%s: %w", advice, err)
}
