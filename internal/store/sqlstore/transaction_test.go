package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

// sentSession counts the messages that a server would get.
type sentSession struct {
	session

	sent []int // how many statements each message had
}

func (s *sentSession) exec(ctx context.Context, all ...statement) ([]int64, error) {
	s.sent = append(s.sent, len(all))
	return s.session.exec(ctx, all...)
}

func (s *sentSession) query(ctx context.Context, before []statement, last statement) (rows, []int64, error) {
	s.sent = append(s.sent, len(before)+1)
	return s.session.query(ctx, before, last)
}

func (s *sentSession) commit(ctx context.Context, before []statement) error {
	s.sent = append(s.sent, len(before)+1)
	return s.session.commit(ctx, before)
}

// sentBy returns the messages of a transaction, after the first one, which begins it.
func sentBy(t *testing.T, fn func(ctx context.Context, tx store.Tx) error) []int {
	t.Helper()
	s := newTestStore(t, "")
	counted, begin := &sentSession{}, s.engine.begin
	s.engine.begin = func(ctx context.Context, p *pool, lock string) (*transaction, error) {
		tx, err := begin(ctx, p, lock)
		if err == nil {
			counted.session, tx.session = tx.session, counted
		}
		return tx, err
	}
	if err := s.InTx(t.Context(), "acme", func(tx store.Tx) error { return fn(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
	return counted.sent
}

// Statements whose results no one needs are sent with the next one, or the commit.
func TestTransaction_sendsTogether(t *testing.T) {
	t.Parallel()
	sent := sentBy(t, func(ctx context.Context, tx store.Tx) error {
		a, err := tx.EnsureAccount(ctx, store.Account{ID: "u", Email: "u"}) // 1: its creation, which returns it
		return errors.Join(err,
			tx.CreateUser(ctx, store.User{Tenant: "acme", ID: a.ID, Email: "u"}), // 1
			tx.AppendEvent(ctx, store.Event{Tenant: "acme"}),
			tx.CreateInvitation(ctx, store.Invitation{Tenant: "acme", ID: "i"}), // 3: with the list of users, and the event
			tx.AppendEvent(ctx, store.Event{Tenant: "acme"}),
		) // 2: with the second event
	})
	if !slices.Equal(sent, []int{1, 1, 3, 2}) {
		t.Errorf("sent %v", sent)
	}
}

// A document is read once, until one changes.
func TestTransaction_readsDocumentsOnce(t *testing.T) {
	t.Parallel()
	sent := sentBy(t, func(ctx context.Context, tx store.Tx) error {
		for i := range 3 {
			for _, id := range []string{"a", "b"} {
				d, err := tx.Document(ctx, "acme", "k", id)
				if missing := errors.Is(err, store.ErrNotFound); missing != (i == 0 || id == "b") || !missing && d.Version != i {
					return fmt.Errorf("%s: got %+v, %w", id, d, err)
				}
				if again, _ := tx.Document(ctx, "acme", "k", id); again != d {
					return fmt.Errorf("%s: got %+v, then %+v", id, d, again)
				}
			}
			if err := put(ctx, tx, "a"); err != nil {
				return err
			}
		}
		return tx.DeleteDocument(ctx, "acme", "k", "a")
	})
	if !slices.Equal(sent, []int{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}) {
		t.Errorf("sent %v", sent)
	}
}

// What earlier parts have left to send is not a change of a part that fails.
func TestTransaction_changedByPart(t *testing.T) {
	t.Parallel()
	s := newTestStore(t, "")
	tx, err := s.writer.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	look := func() {
		t.Helper()
		if _, err := tenants.one(t.Context(), tx, `WHERE name = $1`, "acme"); err != nil {
			t.Error(err)
		}
	}
	want := func(want bool) {
		t.Helper()
		if tx.changed() != want {
			t.Errorf("changed: got %t", !want)
		}
	}
	tx.startPart()
	want(false)
	tx.later(`INSERT INTO tenant (name, created_at) VALUES ('globex', 0)`)
	want(true)
	tx.startPart()
	want(false)
	look() // sends what the first part has left
	want(false)
	tx.later(`DELETE FROM tenant WHERE name = 'nobody'`)
	look()
	want(false)
	tx.later(`DELETE FROM tenant WHERE name = 'globex'`)
	look()
	want(true)
}

// An event of a tenant that does not exist makes the transaction fail, and nothing
// else in it is kept.
func TestTransaction_eventOfNobody(t *testing.T) {
	t.Parallel()
	s := newTestStore(t, "")
	err := s.InTx(t.Context(), store.AllTenants, func(tx store.Tx) error {
		return errors.Join(put(t.Context(), tx, "d"), tx.AppendEvent(t.Context(), store.Event{Tenant: "nobody"}))
	})
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("got %v", err)
	}
	if _, err := s.Document(t.Context(), "acme", "k", "d"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("kept, %v", err)
	}
}

// Programs of any version choose the same lock for a tenant.
func TestCommitter_sameForAllVersions(t *testing.T) {
	t.Parallel()
	p := newPool(sql.OpenDB(brokenOff{}), 0)
	s := newStore(p, p, postgresEngine())
	for tenant, lock := range map[string]int{"acme": 47, "globex": 14, "initech": 33} {
		if got := slices.Index(s.tenant, s.committer(tenant)); got != lock || len(s.tenant) != 64 {
			t.Errorf("%s: got %d of %d", tenant, got, len(s.tenant))
		}
	}
	if s.committer(store.AllTenants) != s.writes {
		t.Error("transactions of all tenants have another committer")
	}
}
