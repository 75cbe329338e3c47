package sqlstore_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/store"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
)

// A process whose tables are missing is not ready.
func TestPing_tables(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, dsn string) {
		s, db, versions := openDSN(t, dsn), sqltest.RawDB(t, dsn), "iam_db_version"
		if strings.HasPrefix(dsn, "sqlite:") {
			versions = "goose_db_version"
		}
		for _, c := range []struct{ name, change, back string }{
			{"older", "UPDATE " + versions + " SET version_id = -version_id", "UPDATE " + versions + " SET version_id = -version_id"},
			{"without a version", "ALTER TABLE " + versions + " RENAME TO gone", "ALTER TABLE gone RENAME TO " + versions},
			{"without a table", "ALTER TABLE make_notice RENAME TO gone", "ALTER TABLE gone RENAME TO make_notice"},
			{"without the list of users", "ALTER TABLE user_list RENAME TO gone", "ALTER TABLE gone RENAME TO user_list"},
			{"without a column", "ALTER TABLE document RENAME COLUMN version TO gone", "ALTER TABLE document RENAME COLUMN gone TO version"},
		} {
			sqltest.Run(t, db, c.change)
			if err := s.Ping(t.Context()); !errors.Is(err, store.ErrTables) {
				t.Errorf("%s: got %v", c.name, err)
			}
			sqltest.Run(t, db, c.back)
			if err := s.Ping(t.Context()); err != nil {
				t.Errorf("%s, and back: got %v", c.name, err)
			}
		}
	})
}

// A full database is ready again once there is space, and not before.
func TestPing_full(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s := openFile(t, filepath.Join(t.TempDir(), "iam.db")+"?_pragma=max_page_count(120)")
	if err := s.CreateTenant(ctx, store.Tenant{Name: "acme"}); err != nil {
		t.Fatal(err)
	}
	put := func(id string, size int) error {
		return s.PutDocument(ctx, store.Document{Tenant: "acme", Kind: "k", ID: id, Body: strings.Repeat("x", size)})
	}
	n := 0
	for ; put(fmt.Sprint(n), 10_000) == nil; n++ {
		if err := s.Ping(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if err := put("small", 1); err != nil {
		t.Fatal(err)
	}
	if err := s.Ping(ctx); !errors.Is(err, store.ErrFull) {
		t.Errorf("got %v", err)
	}
	for i := range n {
		if err := s.DeleteDocument(ctx, "acme", "k", fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Ping(ctx); err != nil {
		t.Error(err)
	}
	if all, err := s.Tenants(ctx); err != nil || len(all) != 1 {
		t.Errorf("the try left %+v, %v", all, err)
	}
}

// A server that became a standby is read-only.
func TestPing_readOnly(t *testing.T) {
	t.Parallel()
	dsn, _ := newSchema(t)
	s := openDSN(t, dsn)
	s.Reader().SetMaxOpenConns(1)
	for state, want := range map[string]error{"on": store.ErrReadOnly, "off": nil} {
		sqltest.Run(t, s.Reader(), "SET default_transaction_read_only = "+state)
		if err := s.Ping(t.Context()); !errors.Is(err, want) {
			t.Errorf("%s: got %v", state, err)
		}
	}
}

// A problem that only a write reveals is checked with a write, until one
// succeeds.
func TestPing_refusedWrite(t *testing.T) {
	t.Parallel()
	dsn, db := newSchema(t)
	s := openDSN(t, dsn)
	if err := s.CreateTenant(t.Context(), store.Tenant{Name: "acme"}); err != nil {
		t.Fatal(err)
	}
	for code, want := range map[string]error{"25006": store.ErrReadOnly, "53100": store.ErrFull} {
		sqltest.Run(t, db,
			`CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = '`+code+`'; END $$`,
			`CREATE TRIGGER fail BEFORE INSERT ON document FOR EACH ROW EXECUTE FUNCTION fail()`)
		if err := s.Ping(t.Context()); err != nil {
			t.Errorf("%s, before a write: %v", code, err)
		}
		if err := s.PutDocument(t.Context(), store.Document{Tenant: "acme", Kind: "k", ID: code}); !errors.Is(err, want) {
			t.Errorf("%s: got %v", code, err)
		}
		if err := s.Ping(t.Context()); !errors.Is(err, want) {
			t.Errorf("%s, after a write: %v", code, err)
		}
		sqltest.Run(t, db, "DROP FUNCTION fail CASCADE")
		if err := s.Ping(t.Context()); err != nil {
			t.Errorf("%s, and back: %v", code, err)
		}
	}
}

// A truncated file is reported as damaged, even while in use.
func TestDamaged_cut(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "iam.db")
	s := openFile(t, file)
	if err := s.CreateTenant(t.Context(), store.Tenant{Name: "acme"}); err != nil {
		t.Fatal(err)
	}
	execute(t, file, "PRAGMA wal_checkpoint(TRUNCATE)")
	if err := os.Truncate(file, 8192); err != nil {
		t.Fatal(err)
	}
	s.Close()
	wantRefused(t, "sqlite:"+file, store.ErrDamaged, file, "backup")
}
