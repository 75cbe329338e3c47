package storetest

import (
	"errors"
	"strconv"
	"sync"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

var updateClauses = []clause{
	{"an update whose function fails leaves no trace, and answers its error", proveUpdateFails},
	{"an update whose function panics leaves no trace", proveUpdatePanics},
	{"concurrent updates of a user lose nothing", proveConcurrentUserUpdates},
	{"concurrent updates of a group lose nothing", proveConcurrentGroupUpdates},
}

var errOfTest = errors.New("an error of the test")

func proveUpdateFails(t *testing.T, s store.Store) {
	ctx := t.Context()
	tenant, group := withGroup(t, s)
	ok(t, s.CreateUser(ctx, newUser(tenant, "u")))

	err := s.UpdateUser(ctx, tenant, "u", func(u *store.User) error {
		u.FirstName = "changed"
		return errOfTest
	})
	wantErr(t, err, errOfTest)
	err = s.UpdateGroup(ctx, tenant, group, func(g *store.Group) error {
		g.Name["en"], g.AccessControls[0] = "changed", "changed"
		return errOfTest
	})
	wantErr(t, err, errOfTest)
	wantUnchanged(t, s, tenant, group)
}

// wantUnchanged fails unless the fixtures of user u and of the group are stored
// unchanged.
func wantUnchanged(t *testing.T, s store.Store, tenant, group string) {
	t.Helper()
	u, err := s.User(t.Context(), tenant, "u")
	ok(t, err)
	wantSame(t, u, newUser(tenant, "u"))
	g, err := s.Group(t.Context(), tenant, group)
	ok(t, err)
	wantSame(t, g, newGroup(tenant, group))
}

// wantPanic runs fn, which must panic with this value.
func wantPanic(t *testing.T, value any, fn func()) {
	t.Helper()
	defer func() {
		t.Helper()
		wantSame(t, recover(), value)
	}()
	fn()
}

func proveUpdatePanics(t *testing.T, s store.Store) {
	ctx := t.Context()
	tenant, group := withGroup(t, s)
	ok(t, s.CreateUser(ctx, newUser(tenant, "u")))

	wantPanic(t, "user", func() {
		_ = s.UpdateUser(ctx, tenant, "u", func(u *store.User) error {
			u.FirstName = "changed"
			panic("user")
		})
	})
	wantPanic(t, "group", func() {
		_ = s.UpdateGroup(ctx, tenant, group, func(g *store.Group) error {
			g.Code = "changed"
			panic("group")
		})
	})
	wantUnchanged(t, s, tenant, group)
	ok(t, s.DeleteUser(ctx, tenant, "u"))
}

// counters is the number of callers that count, counts how often each does.
const counters, counts = 4, 10

// concurrently calls count from several callers at once.
func concurrently(t *testing.T, count func() error) {
	t.Helper()
	var group sync.WaitGroup
	for range counters {
		group.Go(func() {
			for range counts {
				if err := count(); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
}

// increment adds 1 to a number stored as text.
func increment(text *string) error {
	n, err := strconv.Atoi(*text)
	*text = strconv.Itoa(n + 1)
	return err
}

func proveConcurrentUserUpdates(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	u := newUser(tenant, "u")
	u.Department = "0"
	ok(t, s.CreateUser(ctx, u))
	concurrently(t, func() error {
		return s.UpdateUser(ctx, tenant, "u", func(u *store.User) error {
			return increment(&u.Department)
		})
	})
	got, err := s.User(ctx, tenant, "u")
	ok(t, err)
	wantSame(t, got.Department, strconv.Itoa(counters*counts))
}

func proveConcurrentGroupUpdates(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	g := newGroup(tenant, "g")
	g.Code = "0"
	ok(t, s.CreateGroup(ctx, g))
	concurrently(t, func() error {
		return s.UpdateGroup(ctx, tenant, "g", func(g *store.Group) error {
			return increment(&g.Code)
		})
	})
	got, err := s.Group(ctx, tenant, "g")
	ok(t, err)
	wantSame(t, got.Code, strconv.Itoa(counters*counts))
	wantSame(t, got.Version, 1+counters*counts)
}
