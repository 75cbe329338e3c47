package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/store"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
)

// A trigger raises errors that cannot be caused otherwise: the value of a setting
// is the code.
func TestPostgres_faults(t *testing.T) {
	t.Parallel()
	dsn, db := newSchema(t)
	s := openDSN(t, dsn)
	if err := s.CreateTenant(t.Context(), store.Tenant{Name: "acme"}); err != nil {
		t.Fatal(err)
	}
	sqltest.Run(t, db,
		`CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			RAISE EXCEPTION USING ERRCODE = NEW.body; END $$`,
		`CREATE TRIGGER fail BEFORE INSERT ON document FOR EACH ROW EXECUTE FUNCTION fail()`)
	for code, want := range map[string]error{
		"23505": store.ErrExists, "23503": store.ErrNotFound, "25006": store.ErrReadOnly, "53100": store.ErrFull,
		"42P01": store.ErrTables, "42703": store.ErrTables, "22021": store.ErrInvalid, "54000": store.ErrInvalid, "40001": store.ErrConflict, "40P01": store.ErrConflict,
		"57014": store.ErrUnavailable, "55P03": store.ErrUnavailable, "53200": store.ErrUnavailable,
	} {
		runs := 0
		err := s.InTx(t.Context(), store.AllTenants, func(tx store.Tx) error {
			runs++
			return tx.PutDocument(t.Context(), store.Document{Tenant: "acme", Kind: "k", ID: code, Body: code})
		})
		if !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", code, err, want)
		}
		if retried := runs > 1; retried != errors.Is(want, store.ErrConflict) || runs > 10 {
			t.Errorf("%s: it ran %d times", code, runs)
		}
	}
	for _, code := range []string{"26000", "42P05", "08P01"} {
		err := s.PutDocument(t.Context(), store.Document{Tenant: "acme", Kind: "k", ID: code, Body: code})
		if err == nil || !strings.Contains(err.Error(), "default_query_exec_mode=exec in the address") {
			t.Errorf("%s: got %v", code, err)
		}
	}
	// An error that fn does not return does not commit the rest.
	err := s.InTx(t.Context(), store.AllTenants, func(tx store.Tx) error {
		if err := tx.CreateTenant(t.Context(), store.Tenant{Name: "lost"}); err != nil {
			return err
		}
		_ = tx.PutDocument(t.Context(), store.Document{Tenant: "acme", Kind: "k", ID: "k", Body: "53100"})
		return nil
	})
	if err == nil {
		t.Error("half a transaction was kept")
	}
	wantTenants(t, s, 1)
}

// A session outside this program changes the database without waiting for the
// lock.
func TestPostgres_changedFromOutside(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	dsn, db := newSchema(t)
	s := openDSN(t, dsn)
	err := errors.Join(
		s.CreateTenant(ctx, store.Tenant{Name: "acme"}),
		s.CreateUser(ctx, store.User{Tenant: "acme", ID: "u", FirstName: "Ada"}))
	if err != nil {
		t.Fatal(err)
	}
	runs := 0
	err = s.UpdateUser(ctx, "acme", "u", func(u *store.User) error {
		if runs++; runs == 1 {
			sqltest.Run(t, db, "UPDATE tenant_user SET first_name = 'Grace'")
		}
		u.LastName = "after " + u.FirstName
		return nil
	})
	if err != nil || runs != 2 {
		t.Errorf("ran %d times: %v", runs, err)
	}
	got, err := s.User(ctx, "acme", "u")
	if err != nil || got.FirstName != "Grace" || got.LastName != "after Grace" {
		t.Errorf("got %+v, %v", got, err)
	}
}

// waitFor waits until a query returns this count.
func waitFor(t *testing.T, count func(query string) int, query string, want int) {
	t.Helper()
	for limit := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		got := count(query)
		if got == want {
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("got %d, want %d: %s", got, want, query)
		}
	}
}

// The server must stop a query that no one waits for.
func TestPostgres_leavesNothingRunning(t *testing.T) {
	t.Parallel()
	dsn, db := newSchema(t)
	name := schemaOf(t, dsn)
	s := openDSN(t, withOption(t, dsn, "application_name", name))
	count := func(query string) (n int) {
		if err := db.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	waiting := "SELECT count(*) FROM pg_locks WHERE relation = '" + sqlstore.LockTable + "'::regclass AND NOT granted"
	sessions := fmt.Sprintf("SELECT count(*) FROM pg_stat_activity WHERE application_name = '%s'", name)

	err := openDSN(t, dsn).InTx(t.Context(), store.AllTenants, func(store.Tx) error {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		done := make(chan error)
		go func() { done <- s.CreateTenant(ctx, store.Tenant{Name: "acme"}) }()
		waitFor(t, count, waiting, 1)
		cancel()
		err := <-done
		waitFor(t, count, waiting, 0)
		return err
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	wantTenants(t, s, 0)

	if err := s.Close(); err != nil {
		t.Error(err)
	}
	waitFor(t, count, sessions, 0)
}

// A restarted server has closed every connection.
func TestPostgres_serverRestarted(t *testing.T) {
	t.Parallel()
	dsn, db := newSchema(t)
	name := schemaOf(t, dsn)
	s := openDSN(t, withOption(t, dsn, "application_name", name))
	wantTenants(t, s, 0)
	sqltest.Run(t, db, fmt.Sprintf("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '%s'", name))
	wantTenants(t, s, 0)
	if err := s.CreateTenant(t.Context(), store.Tenant{Name: "acme"}); err != nil {
		t.Error(err)
	}
}
