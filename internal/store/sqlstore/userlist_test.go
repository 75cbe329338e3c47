package sqlstore_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/store"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
)

// Every page is the right one, whatever pages were read before and whoever came
// and went in between, at the end of the list or in its middle.
func TestUsers_pages(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, dsn string) {
		ctx := t.Context()
		s := openDSN(t, dsn)
		s.SetLandmarkStep(3)
		if err := s.CreateTenant(ctx, store.Tenant{Name: "acme"}); err != nil {
			t.Fatal(err)
		}
		random := rand.New(rand.NewPCG(1, 2))
		var want []store.User
		for i := range 120 {
			switch {
			case random.IntN(4) == 0 && len(want) > 0:
				gone := random.IntN(len(want))
				if err := s.DeleteUser(ctx, "acme", want[gone].ID); err != nil {
					t.Fatal(err)
				}
				want = slices.Delete(want, gone, gone+1)
			default:
				want = append(want, join(ctx, t, s, i, random.IntN(3) == 0))
				slices.SortFunc(want, func(a, b store.User) int { return a.CreatedAt.Compare(b.CreatedAt) })
			}
			page := store.Page{Offset: random.IntN(len(want) + 2), Limit: 1 + random.IntN(10)}
			got, total, err := s.Users(ctx, "acme", page)
			if err != nil {
				t.Fatal(err)
			}
			first := min(page.Offset, len(want))
			if part := want[first:min(first+page.Limit, len(want))]; total != len(want) || !slices.Equal(ids(got), ids(part)) {
				t.Fatalf("after %d changes, %+v of %d: got %v of %d, want %v", i+1, page, len(want), ids(got), total, ids(part))
			}
		}
	})
}

// join makes a user at the end of the list, or somewhere before it.
func join(ctx context.Context, t *testing.T, s store.Store, i int, before bool) store.User {
	t.Helper()
	id := fmt.Sprintf("u%03d", i)
	at := time.UnixMilli(int64(1000 * (i + 1))).UTC()
	if before {
		at = time.UnixMilli(int64(1000*(i/2) + i + 1)).UTC()
	}
	u := store.User{Tenant: "acme", ID: id, Email: id + "@acme.example", BackofficeNumber: id, CreatedAt: at}
	if err := s.CreateUser(ctx, u); err != nil {
		t.Fatal(err)
	}
	return u
}

func ids(users []store.User) []string {
	var list []string
	for _, u := range users {
		list = append(list, u.ID)
	}
	return list
}
