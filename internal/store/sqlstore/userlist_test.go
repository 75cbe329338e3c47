package sqlstore_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/store"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
)

// Every page is right, regardless of the pages read before and of users added and
// removed in between, at the end of the list or within it, one by one or several
// in one transaction.
func TestUsers_pages(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, dsn string) {
		ctx := t.Context()
		s := openDSN(t, dsn)
		s.SetPageAnchorStep(3)
		if err := s.CreateTenant(ctx, store.Tenant{Name: "acme"}); err != nil {
			t.Fatal(err)
		}
		l := userLister{random: rand.New(rand.NewPCG(1, 2))}
		for range 200 {
			if l.random.IntN(2) == 0 {
				l.change(ctx, t, s)
				l.check(ctx, t, s)
				continue
			}
			err := s.InTx(ctx, store.AllTenants, func(tx store.Tx) error {
				for range 1 + l.random.IntN(5) {
					l.change(ctx, t, tx)
					if l.random.IntN(2) == 0 {
						l.check(ctx, t, tx)
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			l.check(ctx, t, s)
		}
	})
}

// userLister tracks the expected list of users.
type userLister struct {
	random  *rand.Rand
	changes int
	want    []store.User
}

// change removes a user, or adds one at the end of the list or before it.
func (l *userLister) change(ctx context.Context, t *testing.T, s store.Tx) {
	t.Helper()
	l.changes++
	if l.random.IntN(4) == 0 && len(l.want) > 0 {
		gone := l.random.IntN(len(l.want))
		if err := s.DeleteUser(ctx, "acme", l.want[gone].ID); err != nil {
			t.Fatal(err)
		}
		l.want = slices.Delete(l.want, gone, gone+1)
		return
	}
	id := fmt.Sprintf("%c%03d", 'a'+l.random.IntN(26), l.changes)
	at := time.UnixMilli(int64(1000 * (l.changes + 1))).UTC()
	switch l.random.IntN(6) {
	case 0, 1:
		at = time.UnixMilli(int64(1000*(l.changes/2) + l.changes + 1)).UTC()
	case 2, 3: // in the same millisecond as another, of whom the id decides
		if len(l.want) > 0 {
			at = l.want[max(0, len(l.want)-1-l.random.IntN(3))].CreatedAt
		}
	}
	u := store.User{Tenant: "acme", ID: id, Email: id + "@acme.example", BackofficeNumber: id, CreatedAt: at}
	if err := s.CreateUser(ctx, u); err != nil {
		t.Fatal(err)
	}
	l.want = append(l.want, u)
	slices.SortFunc(l.want, func(a, b store.User) int { return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID)) })
}

// check reads a page, often at the end, where most changes happen.
func (l *userLister) check(ctx context.Context, t *testing.T, s store.Tx) {
	t.Helper()
	page := store.Page{Offset: l.random.IntN(len(l.want) + 2), Limit: 1 + l.random.IntN(10)}
	if l.random.IntN(2) == 0 {
		page.Offset = max(0, len(l.want)-l.random.IntN(6))
	}
	got, total, err := s.Users(ctx, "acme", page)
	if err != nil {
		t.Fatal(err)
	}
	first := min(page.Offset, len(l.want))
	if part := l.want[first:min(first+page.Limit, len(l.want))]; total != len(l.want) || !slices.Equal(ids(got), ids(part)) {
		t.Fatalf("after %d changes, %+v of %d: got %v of %d, want %v", l.changes, page, len(l.want), ids(got), total, ids(part))
	}
}

func ids(users []store.User) []string {
	var list []string
	for _, u := range users {
		list = append(list, u.ID)
	}
	return list
}

// Users created in the same millisecond are ordered by id, and one that comes
// before others shifts them, alone or in a transaction with a later one.
func TestUsers_sameMillisecond(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, dsn string) {
		ctx := t.Context()
		s := openDSN(t, dsn)
		s.SetPageAnchorStep(1)
		if err := s.CreateTenant(ctx, store.Tenant{Name: "acme"}); err != nil {
			t.Fatal(err)
		}
		add := func(s store.Tx, names ...string) {
			t.Helper()
			for _, id := range names {
				u := store.User{Tenant: "acme", ID: id, Email: id + "@acme.example", BackofficeNumber: id, CreatedAt: time.UnixMilli(1000).UTC()}
				if err := s.CreateUser(ctx, u); err != nil {
					t.Fatal(err)
				}
			}
		}
		second := func(want ...string) {
			t.Helper()
			if got, _, err := s.Users(ctx, "acme", store.Page{Offset: 1, Limit: 9}); err != nil || !slices.Equal(ids(got), want) {
				t.Errorf("from the second on there are %v, %v, want %v", ids(got), err, want)
			}
		}
		add(s, "a", "k")
		second("k")
		add(s, "c")
		second("c", "k")
		if err := s.InTx(ctx, store.AllTenants, func(tx store.Tx) error { add(tx, "z", "b"); return nil }); err != nil {
			t.Fatal(err)
		}
		second("b", "c", "k", "z")
	})
}
