package storetest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

// sharedClauses are tested with two stores on one database.
var sharedClauses = []struct {
	name  string
	prove func(t *testing.T, one, two store.Store)
}{
	{"two stores see what each other wrote", proveSharedReads},
	{"updates through two stores lose nothing", proveSharedUpdates},
	{"transactions of two stores are serialized", proveSharedTransactions},
	{"of updates that expect one version, through two stores, one wins", proveSharedVersion},
	{"of records with one id, through two stores, one is created", proveSharedCreate},
	{"of transfers from one Owner, through two stores, one wins", proveSharedTransfer},
	{"tenants that change at once, through two stores, are counted apart and share their accounts", proveSharedTenants},
	{"events that two stores append are counted together, without gap or repeat", proveSharedEvents},
	{"a group that gets a member in one store is not deleted in the other", proveSharedReference},
	{"a writer that waits for the other store stops with its context; readers do not wait", proveSharedWait},
}

// alternately calls count from several concurrent callers, each with one of the
// stores.
func alternately(t *testing.T, one, two store.Store, count func(s store.Store) error) {
	t.Helper()
	var calls atomic.Int64
	concurrently(t, func() error {
		if calls.Add(1)%2 == 0 {
			return count(one)
		}
		return count(two)
	})
}

func proveSharedReads(t *testing.T, one, two store.Store) {
	ctx := t.Context()
	for i, s := range []store.Store{one, two, one, two} {
		want := newTenant(strconv.Itoa(i))
		ok(t, s.CreateTenant(ctx, want))
		for _, s := range []store.Store{one, two} {
			got, err := s.Tenant(ctx, want.Name)
			ok(t, err)
			wantSame(t, got, want)
		}
	}
}

func proveSharedUpdates(t *testing.T, one, two store.Store) {
	ctx, tenant := t.Context(), withTenant(t, one)
	g := newGroup(tenant, "g")
	g.Code = "0"
	ok(t, one.CreateGroup(ctx, g))
	alternately(t, one, two, func(s store.Store) error {
		return s.UpdateGroup(ctx, tenant, "g", func(g *store.Group) error { return increment(&g.Code) })
	})
	for _, s := range []store.Store{one, two} {
		got, err := s.Group(ctx, tenant, "g")
		ok(t, err)
		wantSame(t, got.Code, strconv.Itoa(counters*counts))
		wantSame(t, got.Version, 1+counters*counts)
	}
}

// proveSharedTransactions creates users that record how many existed before them.
// No two transactions change the same record, but each reads what others add.
func proveSharedTransactions(t *testing.T, one, two store.Store) {
	ctx, tenant := t.Context(), withTenant(t, one)
	var calls atomic.Int64
	alternately(t, one, two, func(s store.Store) error {
		n := calls.Add(1)
		id, of := strconv.FormatInt(n, 10), tenant
		if n%4 < 2 {
			of = store.AllTenants
		}
		return s.InTx(ctx, of, func(tx store.Tx) error {
			_, total, err := tx.Users(ctx, tenant, store.Page{Limit: 1})
			if err != nil {
				return err
			}
			u := newUser(tenant, id)
			u.CreatedAt = later(total)
			return tx.CreateUser(ctx, u)
		})
	})
	list, total, err := one.Users(ctx, tenant, store.Page{})
	ok(t, err)
	wantSame(t, total, counters*counts)
	for i, u := range list {
		wantSame(t, u.CreatedAt, later(i))
	}
}

// proveSharedTenants creates the same people in several tenants at once.
func proveSharedTenants(t *testing.T, one, two store.Store) {
	ctx, tenants := t.Context(), []string{"a", "b", "c", "d"}
	for _, tenant := range tenants {
		prepare(t, one, tenant)
	}
	var calls atomic.Int64
	alternately(t, one, two, func(s store.Store) error {
		n := int(calls.Add(1)) - 1
		tenant, person := tenants[n%len(tenants)], n/len(tenants)
		return s.InTx(ctx, tenant, func(tx store.Tx) error {
			a := newAccount(fmt.Sprint(tenant, person))
			a.Email = fmt.Sprintf("%d@example.com", person)
			a, err := tx.EnsureAccount(ctx, a)
			if err != nil {
				return err
			}
			u := newUser(tenant, a.ID)
			u.Email, u.BackofficeNumber = a.Email, a.ID
			return errors.Join(tx.CreateUser(ctx, u), tx.AppendEvent(ctx, newEvent(tenant, 1)), tx.PutDocument(ctx, newDocument(tenant, "count")))
		})
	})
	for _, tenant := range tenants {
		wantCounted(t, two, tenant, counters*counts/len(tenants))
	}
}

// wantCounted checks a tenant with n users, who have the same events and changes of a
// document.
func wantCounted(t *testing.T, s store.Store, tenant string, n int) {
	t.Helper()
	ctx := t.Context()
	users, total, err := s.Users(ctx, tenant, store.Page{})
	ok(t, err)
	wantSame(t, []int{len(users), total}, []int{n, n})
	for _, u := range users {
		a, err := s.AccountByEmail(ctx, u.Email)
		ok(t, err)
		wantSame(t, a.ID, u.ID)
	}
	events, err := s.EventsFrom(ctx, tenant, 1, n+1)
	ok(t, err)
	for i, e := range events {
		wantSame(t, e.ID, int64(i+1))
	}
	wantSame(t, len(events), n)
	d, err := s.Document(ctx, tenant, documentKind, "count")
	ok(t, err)
	wantSame(t, d.Version, n)
}

func proveSharedVersion(t *testing.T, one, two store.Store) {
	ctx, tenant := t.Context(), withTenant(t, one)
	ok(t, one.CreateGroup(ctx, newGroup(tenant, "g")))
	errVersion := errors.New("another version")
	var won, lost atomic.Int64
	alternately(t, one, two, func(s store.Store) error {
		err := s.UpdateGroup(ctx, tenant, "g", func(g *store.Group) error {
			if g.Version != 1 {
				return errVersion
			}
			return nil
		})
		switch {
		case err == nil:
			won.Add(1)
		case errors.Is(err, errVersion):
			lost.Add(1)
		default:
			return err
		}
		return nil
	})
	wantSame(t, won.Load(), 1)
	wantSame(t, lost.Load(), counters*counts-1)
}

func proveSharedCreate(t *testing.T, one, two store.Store) {
	ctx, tenant := t.Context(), withTenant(t, one)
	var made atomic.Int64
	alternately(t, one, two, func(s store.Store) error {
		err := s.CreateUser(ctx, newUser(tenant, "u"))
		if err == nil {
			made.Add(1)
		} else if !errors.Is(err, store.ErrExists) {
			return err
		}
		return nil
	})
	wantSame(t, made.Load(), 1)
}

func proveSharedReference(t *testing.T, one, two store.Store) {
	ctx := t.Context()
	tenant, group := withGroup(t, one)
	var members atomic.Int64
	alternately(t, one, two, func(s store.Store) error {
		n := members.Add(1)
		err := s.CreateAssignment(ctx, newAssignment(tenant, fmt.Sprint(n), group, fmt.Sprint("user ", n)))
		if err != nil {
			return err
		}
		if err := s.DeleteGroup(ctx, tenant, group); !errors.Is(err, store.ErrReferenced) {
			return fmt.Errorf("deleted a group with members: %w", err)
		}
		return nil
	})
	_, total, err := two.Members(ctx, tenant, group, store.Page{})
	ok(t, err)
	wantSame(t, total, counters*counts)
}

func proveSharedWait(t *testing.T, one, two store.Store) {
	tenant := withTenant(t, one)
	ok(t, one.InTx(t.Context(), store.AllTenants, func(tx store.Tx) error {
		ok(t, tx.CreateUser(t.Context(), newUser(tenant, "first")))
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		start := time.Now()
		wantErr(t, two.CreateUser(ctx, newUser(tenant, "second")), context.DeadlineExceeded)
		if waited := time.Since(start); waited > 5*time.Second {
			t.Errorf("waited %v", waited)
		}
		_, total, err := two.Users(t.Context(), tenant, store.Page{})
		ok(t, err)
		wantSame(t, total, 0)
		return nil
	}))
	ok(t, two.CreateUser(t.Context(), newUser(tenant, "second")))
	_, total, err := one.Users(t.Context(), tenant, store.Page{})
	ok(t, err)
	wantSame(t, total, 2)
}
