// Package sqltest creates empty databases for tests. It does not import the
// store: tests open the databases with sqlstore.
package sqltest

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// The environment variables that select the engine of tests.
const (
	// engineVariable is "sqlite" or "postgres"; empty means SQLite.
	engineVariable = "IAM_TEST_ENGINE"
	// postgresVariable is the address of a PostgreSQL database in which the tests
	// can create schemas.
	postgresVariable = "IAM_TEST_POSTGRES_DSN"
)

// New returns the address of an empty database, which is removed after the test:
// SQLite, unless IAM_TEST_ENGINE asks for PostgreSQL. If PostgreSQL is requested
// but not available, the test fails, so that a run on SQLite is never mistaken
// for one on PostgreSQL.
func New(t testing.TB) (dsn string) {
	t.Helper()
	switch engine := os.Getenv(engineVariable); engine {
	case "", "sqlite":
		return SQLite(t)
	case "postgres":
		if os.Getenv(postgresVariable) == "" {
			t.Fatalf("%s=postgres needs the address of a PostgreSQL database in %s", engineVariable, postgresVariable)
		}
		dsn, _ = Postgres(t)
		return dsn
	default:
		t.Fatalf("%s is %q: the engines are sqlite and postgres", engineVariable, engine)
		return ""
	}
}

// SQLite returns the address of a file that does not exist yet.
func SQLite(t testing.TB) (dsn string) {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "iam.db")
}

// Server returns the address of the PostgreSQL database for tests. It skips the
// test if there is none.
func Server(t testing.TB) (dsn string) {
	t.Helper()
	dsn = os.Getenv(postgresVariable)
	if dsn == "" {
		t.Skipf("%s names no PostgreSQL database", postgresVariable)
	}
	return dsn
}

// Postgres creates a schema on the Server, which is dropped after the test, and
// returns its address and a direct connection to it.
func Postgres(t testing.TB) (dsn string, db *sql.DB) {
	t.Helper()
	address, err := url.Parse(Server(t))
	if err != nil {
		t.Fatalf("%s: %v", postgresVariable, err)
	}
	name := fmt.Sprintf("iam_test_%016x", rand.Uint64())
	options := address.Query()
	options.Set("search_path", name)
	options.Set("timezone", "America/St_Johns") // an odd one
	address.RawQuery = options.Encode()
	dsn = address.String()
	db, err = sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	// The server's connections are few, so keep none idle.
	db.SetMaxOpenConns(1)
	db.SetMaxIdleConns(-1)
	t.Cleanup(func() {
		Run(t, db, "DROP SCHEMA IF EXISTS "+name+" CASCADE")
		db.Close()
	})
	Run(t, db, "CREATE SCHEMA "+name)
	return dsn, db
}

// RawDB returns a direct connection to a database, without the store.
func RawDB(t testing.TB, dsn string) *sql.DB {
	t.Helper()
	driver := "pgx"
	if file, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
		driver, dsn = "sqlite", file+"?_pragma=foreign_keys(1)&_pragma=busy_timeout(30000)"
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxIdleConns(-1) // the server's connections are few
	t.Cleanup(func() { db.Close() })
	return db
}

// Run executes statements. It also works during cleanup.
func Run(t testing.TB, db *sql.DB, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if _, err := db.ExecContext(context.Background(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// Each runs the test once per engine, on an empty database.
func Each(t *testing.T, test func(t *testing.T, dsn string)) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		test(t, SQLite(t))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		dsn, _ := Postgres(t)
		test(t, dsn)
	})
}
