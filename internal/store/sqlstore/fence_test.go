package sqlstore_test

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/store"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
)

// migrated changes the version like a newer program's migration and, unless it is
// empty, the lock table.
func migrated(t *testing.T, dsn, lock string) {
	t.Helper()
	db, versions := sqltest.RawDB(t, dsn), "iam_db_version"
	if strings.HasPrefix(dsn, "sqlite:") {
		versions = "goose_db_version"
	}
	if lock != "" {
		sqltest.Run(t, db, "ALTER TABLE "+sqlstore.LockTable+" RENAME TO "+lock)
	}
	sqltest.Run(t, db, "INSERT INTO "+versions+" (version_id, is_applied) VALUES (999, true)")
}

// A program that runs beside a newer one continues to work, unless a migration
// excludes it.
func TestNewerBeside(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, dsn string) {
		s := openDSN(t, dsn)
		if err := errors.Join(s.CreateTenant(t.Context(), store.Tenant{Name: "acme"}), s.CreateClient(t.Context(), store.Client{Tenant: "acme", ID: "key"})); err != nil {
			t.Fatal(err)
		}
		write := func(name string) error { return s.CreateTenant(t.Context(), store.Tenant{Name: name}) }
		writeTenant := func() error { return s.PutDocument(t.Context(), store.Document{Tenant: "acme", Kind: "k", ID: "d"}) }
		read := func() error {
			_, err := s.Client(t.Context(), "key")
			return err
		}
		migrated(t, dsn, "")
		for name, err := range map[string]error{"write": write("globex"), "write of a tenant": writeTenant(), "read": read(), "ready": s.Ping(t.Context())} {
			if err != nil {
				t.Errorf("beside a newer program that lets it: %s: %v", name, err)
			}
		}
		migrated(t, dsn, "write_lock_v999")
		for name, err := range map[string]error{"write": write("initech"), "write of a tenant": writeTenant(), "read": read(), "ready": s.Ping(t.Context())} {
			if !errors.Is(err, store.ErrSuperseded) || errors.Is(err, store.ErrTables) {
				t.Errorf("beside a newer program that does not let it: %s: %v", name, err)
			}
		}
		if all, err := s.Tenants(t.Context()); len(all) != 2 || err != nil {
			t.Errorf("there are %+v, %v", all, err)
		}
		wantRefused(t, dsn, nil, "newer version", "999")
	})
}

// The programs of versions 1 to 10 lock a table that no longer exists, including
// those that wait for it at that moment.
func TestPostgres_locksOldProgramsOut(t *testing.T) {
	t.Parallel()
	dsn, db := newSchema(t)
	sqltest.FillVersion1(t, dsn)
	const lock = "LOCK TABLE write_lock IN EXCLUSIVE MODE"
	first, second := sqltest.RawDB(t, dsn), sqltest.RawDB(t, dsn)
	tx, err := first.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(t.Context(), lock); err != nil {
		t.Fatal(err)
	}
	opened := make(chan error)
	go func() {
		s, err := sqlstore.Open(t.Context(), dsn)
		if err == nil {
			err = s.Close()
		}
		opened <- err
	}()
	waiting := fmt.Sprintf("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %d", oidOf(t, db, "write_lock"))
	count := func(query string) (n int) {
		if err := db.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	waitFor(t, count, waiting, 1)
	refused := make(chan error)
	go func() {
		_, err := second.ExecContext(t.Context(), "BEGIN; "+lock)
		refused <- err
	}()
	waitFor(t, count, waiting, 2)
	// What the old program writes now still counts, although the program does not
	// count it.
	if _, err := tx.ExecContext(t.Context(), `INSERT INTO tenant_user SELECT tenant, 'late', first_name, last_name, 'late@acme.example', 'late@acme.example', department,
		preferred_site, preferred_currency, preferred_language, 'late', status, locked, created_at, last_login FROM tenant_user WHERE tenant = 'acme' LIMIT 1`); err != nil {
		t.Fatal(err)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := <-opened; err != nil {
		t.Error(err)
	}
	if err := <-refused; err == nil || !strings.Contains(err.Error(), "42P01") {
		t.Errorf("an old program writes on: %v", err)
	}
	list, total, err := openDSN(t, dsn).Users(t.Context(), "acme", store.Page{})
	if err != nil || total != len(list) || total < 2 {
		t.Errorf("%d users are counted, %d listed (%v)", total, len(list), err)
	}
}

// The programs of versions 11 and 12 lock a table that excludes every writer of this
// one, and is excluded by each.
func TestPostgres_besideOlderPrograms(t *testing.T) {
	t.Parallel()
	dsn, db := newSchema(t)
	s := openDSN(t, dsn)
	if err := s.CreateTenant(t.Context(), store.Tenant{Name: "acme"}); err != nil {
		t.Fatal(err)
	}
	const lock = "LOCK TABLE write_lock_v11 IN EXCLUSIVE MODE"
	waiting := fmt.Sprintf("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %d", oidOf(t, db, "write_lock_v11"))
	count := func(query string) (n int) {
		if err := db.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	done := make(chan error, 1)
	older := sqltest.RawDB(t, dsn)
	for _, tenant := range []string{"acme", store.AllTenants} {
		write := func(tx store.Tx) error { return putIn(t, tx, "acme", "d") }
		tx, err := older.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.ExecContext(t.Context(), lock); err != nil {
			t.Fatal(err)
		}
		go func() { done <- s.InTx(t.Context(), tenant, write) }()
		waitFor(t, count, waiting, 1)
		if err := errors.Join(tx.Commit(), <-done); err != nil {
			t.Errorf("%q: %v", tenant, err)
		}
		err = s.InTx(t.Context(), tenant, func(store.Tx) error {
			go func() {
				_, err := older.ExecContext(t.Context(), "BEGIN; "+lock+"; COMMIT")
				done <- err
			}()
			waitFor(t, count, waiting, 1)
			return nil
		})
		if err := errors.Join(err, <-done); err != nil {
			t.Errorf("%q: the older program: %v", tenant, err)
		}
	}
}

func oidOf(t *testing.T, db *sql.DB, table string) (oid int) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), "SELECT '"+table+"'::regclass::oid").Scan(&oid); err != nil {
		t.Fatal(err)
	}
	return oid
}

// No time limit that the user has elsewhere makes an upgrade fail, or lets two
// processes migrate at once.
func TestPostgres_migrationsHaveTimeOfTheirOwn(t *testing.T) {
	t.Parallel()
	dsn, db := newSchema(t)
	sqltest.FillVersion1(t, dsn)
	tx, err := sqltest.RawDB(t, dsn).BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(t.Context(), "LOCK TABLE tenant_user IN ACCESS EXCLUSIVE MODE"); err != nil {
		t.Fatal(err)
	}
	name := schemaOf(t, dsn)
	short := withOption(t, dsn, "application_name", name)
	for _, limit := range []string{"statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"} {
		short = withOption(t, short, limit, "200")
	}
	opened := make(chan error)
	go func() {
		s, err := sqlstore.Open(t.Context(), short)
		if err == nil {
			err = s.Close()
		}
		opened <- err
	}()
	count := func(query string) (n int) {
		if err := db.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	waitFor(t, count, `SELECT count(*) FROM pg_stat_activity WHERE application_name = '`+name+`'
		AND wait_event_type = 'Lock' AND clock_timestamp() - query_start > interval '1s'`, 1)
	guards := count(`SELECT count(*) FROM pg_stat_activity WHERE application_name = '` + name + `' AND state = 'idle in transaction'`)
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := <-opened; err != nil || guards != 1 {
		t.Errorf("%d kept others away meanwhile: %v", guards, err)
	}
}
