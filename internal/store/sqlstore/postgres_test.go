package sqlstore_test

import (
	"database/sql"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/store"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
	"github.com/access-config/terraform-provider-iam/internal/store/storetest"
)

func TestPostgres(t *testing.T) {
	t.Parallel()
	sqltest.Server(t) // skips once, and not for each clause
	storetest.Run(t, func(t *testing.T) (open func() store.Store) {
		dsn, _ := newSchema(t)
		return func() store.Store { return openDSN(t, dsn) }
	})
}

// schemas limits the number of server connections that tests use.
var schemas = make(chan struct{}, 6)

// newSchema creates a schema, which is dropped after the test, and returns a
// function that opens it, and a direct connection.
func newSchema(t *testing.T) (dsn string, db *sql.DB) {
	t.Helper()
	schemas <- struct{}{}
	t.Cleanup(func() { <-schemas })
	return sqltest.Postgres(t)
}

// openDSN opens a database and closes it after the test.
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
