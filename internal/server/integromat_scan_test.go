package server_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// scanStore counts the members of Make that each transaction writes, and takes one of the
// transactions back, as if the process was killed.
type scanStore struct {
	store.Store

	mu      sync.Mutex
	largest int // written by one transaction
	written int // number of transactions that wrote any
	killed  int // the number of the one that is taken back

	scheduled atomic.Int32 // tasks
}

// scanTx is a transaction of a scanStore.
type scanTx struct {
	store.Tx

	written   *int
	scheduled *atomic.Int32
}

func (x scanTx) CreateTask(ctx context.Context, t store.Task) error {
	x.scheduled.Add(1)
	return x.Tx.CreateTask(ctx, t)
}

func (s *scanStore) InTx(ctx context.Context, tenant string, fn func(tx store.Tx) error) error {
	return s.Store.InTx(ctx, tenant, func(tx store.Tx) error {
		written := 0
		if err := fn(scanTx{tx, &written, &s.scheduled}); err != nil || written == 0 {
			return err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.largest, s.written = max(s.largest, written), s.written+1
		if s.written == s.killed {
			return errors.New("killed")
		}
		return nil
	})
}

func (x scanTx) CreateMakeMember(ctx context.Context, m store.MakeMember) error {
	*x.written++
	return x.Tx.CreateMakeMember(ctx, m)
}

// withEditors creates users in a group whose members can edit scenarios in Make.
func withEditors(t *testing.T, b *backend, users int) {
	t.Helper()
	b.create(t, "~/groups", `{"id": "editors", "name": {"en": "E"}, "accessControls": ["make-scenario-editor"]}`)
	err := b.store.InTx(t.Context(), servertest.Tenant, func(tx store.Tx) error {
		for i := range users {
			u := store.User{Tenant: servertest.Tenant, ID: fmt.Sprintf("u%03d", users-i), Email: fmt.Sprint(i, "@acme.example"), BackofficeNumber: fmt.Sprint("number ", i)}
			if err := tx.CreateUser(t.Context(), u); err != nil {
				return err
			}
			if err := tx.CreateAssignment(t.Context(), store.Assignment{Tenant: u.Tenant, ID: u.ID, GroupID: "editors", UserID: u.ID}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Turning the sync on, and a change of a group with many members, notes the users in several
// transactions. If one of them does not end, it is done again, and nobody is lost or noted twice.
func TestIntegromat_scanInParts(t *testing.T) {
	t.Parallel()
	const users, part = 450, 200
	for name, change := range map[string]exchange{
		"sync":  {method: "PUT", path: integromatPath("/organization"), body: `{"organizationId": "7", "sync": true}`, status: 201, want: `{}`},
		"group": {method: "PUT", path: "~/groups/editors", body: `{"name": {"en": "E"}, "accessControls": ["make-scenario-editor"]}`, status: 204},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			filled := newBackend(t)
			withEditors(t, filled, users)
			filled.server.Close()
			if name == "group" { // the organization is on, but nobody was noted
				filled.check(t, exchange{method: "PUT", path: "~/groups/editors", body: `{"name": {"en": "E"}}`, status: 204})
				d := store.Document{Tenant: servertest.Tenant, Kind: store.KindMake, ID: store.KindMake, Body: `{"organizationId": "7", "sync": true}`}
				if err := filled.store.PutDocument(t.Context(), d); err != nil {
					t.Fatal(err)
				}
			}
			clock, db := newClock(), &scanStore{Store: filled.store, killed: 2}
			b := over(t, filled, server.Options{Store: db, Now: clock.Now})
			b.check(t, change)
			for {
				_, err := filled.store.NextTask(t.Context())
				if errors.Is(err, store.ErrNotFound) {
					break
				}
				clock.advance(time.Hour)
				if err := errors.Join(err, b.server.DoTasks(t.Context())); err != nil {
					t.Fatal(err)
				}
			}
			members, err := filled.store.MakeMembers(t.Context(), servertest.Tenant)
			notices, err2 := filled.store.MakeNotices(t.Context(), servertest.Tenant)
			if err := errors.Join(err, err2); err != nil || len(members) != users || len(notices) != users {
				t.Errorf("got %d members and %d notices, want %d (%v)", len(members), len(notices), users, err)
			}
			db.mu.Lock()
			defer db.mu.Unlock()
			if db.largest > part || db.written != 4 { // one of them again
				t.Errorf("%d transactions, the largest of %d users", db.written, db.largest)
			}
		})
	}
}

// A scan ends when the sync is turned off.
func TestIntegromat_scanTurnedOff(t *testing.T) {
	t.Parallel()
	filled := newBackend(t)
	withEditors(t, filled, 300)
	filled.server.Close()
	at := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	task := store.Task{Tenant: servertest.Tenant, ID: "scan", Kind: "make-scan", Body: `{"after": ""}`, DueAt: at, CreatedAt: at}
	d := store.Document{Tenant: servertest.Tenant, Kind: store.KindMake, ID: store.KindMake, Body: `{"organizationId": "7", "sync": false}`}
	if err := errors.Join(filled.store.CreateTask(t.Context(), task), filled.store.PutDocument(t.Context(), d)); err != nil {
		t.Fatal(err)
	}
	db := &scanStore{Store: filled.store}
	b := over(t, filled, server.Options{Store: db, Now: func() time.Time { return at }})
	if err := b.server.DoTasks(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := filled.store.NextTask(t.Context())
	members, err2 := filled.store.MakeMembers(t.Context(), servertest.Tenant)
	if !errors.Is(err, store.ErrNotFound) || len(members) > 0 || err2 != nil || db.scheduled.Load() > 0 {
		t.Errorf("got %d members, %v, and the next task: %v", len(members), err2, err)
	}
}
