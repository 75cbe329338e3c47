package storetest

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

var transactionClauses = []clause{
	{"a transaction keeps all of its writes", proveTxKeepsAll},
	{"a transaction keeps nothing after an error, and answers it", proveTxError},
	{"a transaction keeps nothing after a panic, which goes on", proveTxPanic},
	{"a transaction reads its own writes", proveTxReadsItself},
	{"a transaction's writes are not seen before it ends", proveTxHidden},
	{"updates and deletions are part of the transaction", proveTxUndoesUpdates},
	{"an operation that is refused as not found has changed nothing", proveTxRefused},
	{"a transaction goes on after a creation that is refused because the record exists", proveTxExists},
	{"transactions that write are serialized", proveTxSerialized},
	{"a transaction of a tenant uses records of that tenant, and accounts, only", proveTxOfTenant},
	{"a transaction of a tenant keeps its writes, and nothing after an error", proveTxOfTenantKeeps},
	{"a transaction whose context ends keeps nothing", proveTxCanceled},
	{"a writer that waits for another stops with its context", proveTxWaits},
}

// createAll creates a record of each kind, in a tenant created by prepare.
func createAll(ctx context.Context, tx store.Tx) error {
	for _, k := range kinds {
		if err := k.create(ctx, tx, "acme", "in tx"); err != nil {
			return err
		}
	}
	return nil
}

func wantNone(t *testing.T, s store.Store) {
	t.Helper()
	for _, k := range kinds {
		if got, err := k.get(t.Context(), s, "acme", "in tx"); err == nil {
			t.Errorf("there is a trace: %+v", got)
		} else {
			wantErr(t, err, store.ErrNotFound)
		}
	}
}

func wantAll(t *testing.T, tx store.Tx) {
	t.Helper()
	for _, k := range kinds {
		got, err := k.get(t.Context(), tx, "acme", "in tx")
		ok(t, err)
		wantSame(t, got, k.fixture("acme", "in tx"))
	}
}

func proveTxKeepsAll(t *testing.T, s store.Store) {
	ctx := t.Context()
	prepare(t, s, "acme")
	ok(t, s.InTx(ctx, store.AllTenants, func(tx store.Tx) error { return createAll(ctx, tx) }))
	wantAll(t, s)
}

func proveTxError(t *testing.T, s store.Store) {
	ctx := t.Context()
	prepare(t, s, "acme")
	err := s.InTx(ctx, store.AllTenants, func(tx store.Tx) error {
		ok(t, createAll(ctx, tx))
		return errOfTest
	})
	wantErr(t, err, errOfTest)
	wantNone(t, s)
	ok(t, s.InTx(ctx, store.AllTenants, func(tx store.Tx) error { return createAll(ctx, tx) }))
	wantAll(t, s)
}

func proveTxPanic(t *testing.T, s store.Store) {
	ctx := t.Context()
	prepare(t, s, "acme")
	wantPanic(t, "in a transaction", func() {
		_ = s.InTx(ctx, store.AllTenants, func(tx store.Tx) error {
			ok(t, createAll(ctx, tx))
			panic("in a transaction")
		})
	})
	wantNone(t, s)
	ok(t, s.InTx(ctx, store.AllTenants, func(tx store.Tx) error { return createAll(ctx, tx) }))
	wantAll(t, s)
}

func proveTxReadsItself(t *testing.T, s store.Store) {
	ctx := t.Context()
	prepare(t, s, "acme")
	ok(t, s.InTx(ctx, store.AllTenants, func(tx store.Tx) error {
		ok(t, createAll(ctx, tx))
		wantAll(t, tx)
		list, total, err := tx.Users(ctx, "acme", store.Page{})
		ok(t, err)
		wantSame(t, len(list), 1)
		wantSame(t, total, 1)
		_, total, err = tx.Members(ctx, "acme", home, store.Page{})
		ok(t, err)
		wantSame(t, total, 1)
		got, err := tx.GroupIDs(ctx, "acme", []string{"in tx"})
		ok(t, err)
		wantSame(t, got, map[string][]string{"in tx": {home}})
		ok(t, tx.DeleteUser(ctx, "acme", "in tx"))
		_, err = tx.User(ctx, "acme", "in tx")
		wantErr(t, err, store.ErrNotFound)
		return nil
	}))
}

// proveTxHidden reads from outside while the transaction is open.
func proveTxHidden(t *testing.T, s store.Store) {
	ctx := t.Context()
	prepare(t, s, "acme")
	written, seen, done := make(chan error), make(chan struct{}), make(chan error)
	go func() {
		done <- s.InTx(ctx, store.AllTenants, func(tx store.Tx) error {
			err := createAll(ctx, tx)
			written <- err
			<-seen
			return err
		})
	}()
	err := <-written
	if err == nil {
		wantNone(t, s)
	}
	close(seen)
	ok(t, <-done)
	wantAll(t, s)
}

func proveTxUndoesUpdates(t *testing.T, s store.Store) {
	ctx := t.Context()
	prepare(t, s, "acme")
	ok(t, createAll(ctx, s))
	err := s.InTx(ctx, store.AllTenants, func(tx store.Tx) error {
		ok(t, tx.UpdateUser(ctx, "acme", "in tx", func(u *store.User) error {
			u.Email = "changed@example.com"
			return nil
		}))
		ok(t, tx.UpdateGroup(ctx, "acme", "in tx", func(g *store.Group) error {
			g.Code = "changed"
			return nil
		}))
		ok(t, tx.PutDocument(ctx, store.Document{Tenant: "acme", Kind: documentKind, ID: "in tx", Body: "changed"}))
		ok(t, tx.DeleteUser(ctx, "acme", "in tx"))
		ok(t, tx.DeleteMembers(ctx, "acme", home))
		ok(t, tx.DeleteGroup(ctx, "acme", home))
		ok(t, tx.RegisterAccount(ctx, "in tx", later(9)))
		return errOfTest
	})
	wantErr(t, err, errOfTest)
	wantAll(t, s)
}

// proveTxRefused continues after a rejected write, which must not be half done.
func proveTxRefused(t *testing.T, s store.Store) {
	ctx := t.Context()
	prepare(t, s, "acme")
	ok(t, s.CreateAssignment(ctx, newAssignment("acme", "1", home, "customer")))
	ok(t, s.InTx(ctx, store.AllTenants, func(tx store.Tx) error {
		wantErr(t, tx.DeleteUser(ctx, "acme", "customer"), store.ErrNotFound)
		wantErr(t, tx.UpdateGroup(ctx, "acme", "nothing", nil), store.ErrNotFound)
		return tx.CreateUser(ctx, newUser("acme", "u"))
	}))
	_, err := s.Assignment(ctx, "acme", home, "customer")
	ok(t, err)
	_, err = s.User(ctx, "acme", "u")
	ok(t, err)
}

func proveTxExists(t *testing.T, s store.Store) {
	ctx := t.Context()
	prepare(t, s, "acme")
	ok(t, createAll(ctx, s))
	ok(t, s.InTx(ctx, store.AllTenants, func(tx store.Tx) error {
		for _, k := range kinds {
			if k.refusesSecond() {
				wantErr(t, k.create(ctx, tx, "acme", "in tx"), store.ErrExists)
			}
		}
		return tx.CreateUser(ctx, newUser("acme", "after"))
	}))
	wantAll(t, s)
	got, err := s.User(ctx, "acme", "after")
	ok(t, err)
	wantSame(t, got, newUser("acme", "after"))
}

func proveTxSerialized(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	ok(t, s.PutDocument(ctx, store.Document{Tenant: tenant, Kind: documentKind, ID: "count", Body: "0"}))
	concurrently(t, func() error {
		return s.InTx(ctx, tenant, func(tx store.Tx) error {
			counter, err := tx.Document(ctx, tenant, documentKind, "count")
			if err != nil {
				return err
			}
			if err := increment(&counter.Body); err != nil {
				return err
			}
			return tx.PutDocument(ctx, counter)
		})
	})
	got, err := s.Document(ctx, tenant, documentKind, "count")
	ok(t, err)
	wantSame(t, got.Body, strconv.Itoa(counters*counts))
}

// ofAccounts are the methods of accounts, which belong to no tenant, and ofAll those of
// all tenants, or of no known one.
var (
	ofAccounts = []string{"EnsureAccount", "AccountByEmail", "RegisterAccount"}
	ofAll      = []string{
		"CreateTenant", "Tenants", "CreateClient", "Client", "UpdateClient", "DeleteClient",
		"CreateSigningKey", "SigningKeys", "DeleteSigningKey", "UsersOf", "TeamMembersOf", "NextTask", "NextMail", "NextMakeMember",
	}
)

func proveTxOfTenant(t *testing.T, s store.Store) {
	withAll(t, s)
	prepare(t, s, "globex")
	for name := range txCalls(s) {
		for _, tenant := range []string{"globex", "acme"} {
			err := s.InTx(t.Context(), tenant, func(tx store.Tx) error {
				return errors.Join(txCalls(tx)[name](t.Context()), errOfTest)
			})
			refused := tenant != "acme" && !slices.Contains(ofAccounts, name) || slices.Contains(ofAll, name)
			if errors.Is(err, store.ErrOtherTenant) != refused || !errors.Is(err, errOfTest) {
				t.Errorf("%s of acme in a transaction of %s: got %v", name, tenant, err)
			}
		}
	}
	wantAll(t, s)
}

func proveTxOfTenantKeeps(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	write := func(tx store.Tx, id string) error {
		return errors.Join(tx.CreateUser(ctx, newUser(tenant, id)), tx.AppendEvent(ctx, newEvent(tenant, 1)), second(tx.EnsureAccount(ctx, newAccount(id))))
	}
	wantErr(t, s.InTx(ctx, tenant, func(tx store.Tx) error { return errors.Join(write(tx, "lost"), errOfTest) }), errOfTest)
	ok(t, s.InTx(ctx, tenant, func(tx store.Tx) error { return write(tx, "kept") }))
	users, total, err := s.Users(ctx, tenant, store.Page{})
	ok(t, err)
	wantSame(t, ids(users, userID), []string{"kept"})
	wantSame(t, total, 1)
	events, err := s.Events(ctx, tenant, store.EventFilter{})
	ok(t, err)
	wantSame(t, events, []store.Event{newEvent(tenant, 1)})
	_, err = s.AccountByEmail(ctx, newAccount("lost").Email)
	wantErr(t, err, store.ErrNotFound)
	_, err = s.AccountByEmail(ctx, newAccount("kept").Email)
	ok(t, err)
}

func proveTxCanceled(t *testing.T, s store.Store) {
	prepare(t, s, "acme")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	err := s.InTx(ctx, store.AllTenants, func(tx store.Tx) error {
		ok(t, createAll(ctx, tx))
		cancel()
		_, err := tx.Tenants(ctx)
		wantErr(t, err, context.Canceled)
		return nil // the transaction must not be kept for that
	})
	wantErr(t, err, context.Canceled)
	wantNone(t, s)
	ok(t, s.InTx(t.Context(), store.AllTenants, func(tx store.Tx) error { return createAll(t.Context(), tx) }))
}

func proveTxWaits(t *testing.T, s store.Store) {
	tenant := withTenant(t, s)
	started, release, done := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		done <- s.InTx(t.Context(), store.AllTenants, func(tx store.Tx) error {
			err := tx.CreateUser(t.Context(), newUser(tenant, "first"))
			close(started)
			<-release
			return err
		})
	}()
	<-started
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	wantErr(t, s.CreateUser(ctx, newUser(tenant, "second")), context.DeadlineExceeded)
	close(release)
	ok(t, <-done)
	_, err := s.User(t.Context(), tenant, "second")
	wantErr(t, err, store.ErrNotFound)
	ok(t, s.CreateUser(t.Context(), newUser(tenant, "second")))
}
