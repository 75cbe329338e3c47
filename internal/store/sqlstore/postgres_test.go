package sqlstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/store"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
	"github.com/access-config/terraform-provider-iam/internal/store/storetest"
)

func TestPostgres(t *testing.T) {
	t.Parallel()
	postgresDSN(t)
	storetest.Run(t, func(t *testing.T) (open func() store.Store) {
		dsn, _ := newSchema(t)
		return func() store.Store { return openDSN(t, dsn) }
	})
}

// postgresDSN is the database that the tests may use, given from outside.
func postgresDSN(t *testing.T) string {
	t.Helper()
	dsn := os.Getenv("IAM_TEST_POSTGRES_DSN")
	if dsn == "" {
		t.Skip("IAM_TEST_POSTGRES_DSN names no PostgreSQL database")
	}
	return dsn
}

// schemas keeps tests from using up the server's connections.
var schemas = make(chan struct{}, 6)

// newSchema makes a schema, which is dropped at the end of the test, and returns
// how it is opened, and a connection to it past the store.
func newSchema(t *testing.T) (dsn string, db *sql.DB) {
	t.Helper()
	address, err := url.Parse(postgresDSN(t))
	if err != nil {
		t.Fatal(err)
	}
	schemas <- struct{}{}
	t.Cleanup(func() { <-schemas })
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
	db.SetMaxOpenConns(1)
	t.Cleanup(func() {
		run(t, db, "DROP SCHEMA "+name+" CASCADE")
		db.Close()
	})
	run(t, db, "CREATE SCHEMA "+name)
	return dsn, db
}

// run executes statements, at the end of a test, too.
func run(t *testing.T, db *sql.DB, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if _, err := db.ExecContext(context.Background(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// openDSN opens a database and closes it at the end of the test.
func openDSN(t *testing.T, dsn string) *sqlstore.Store {
	t.Helper()
	s, err := sqlstore.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
