package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

var assignmentClauses = []clause{
	{"a user is a member of a group once", proveMemberOnce},
	{"an assignment's id is unique in a tenant", proveAssignmentID},
	{"the group of an assignment must exist, in the same tenant", proveGroupMustExist},
	{"members are listed by creation time, then id, byte by byte", proveMembersInOrder},
	{"members are paged to the end without gap or repeat", proveMemberPages},
	{"the memberships of a user come by group id, byte by byte", proveMemberships},
	{"group ids come for each user, in the order of groups", proveGroupIDs},
	{"group ids come for more users than one statement takes", proveManyGroupIDs},
	{"a deleted assignment is gone, and only that one", proveDeleteAssignment},
	{"members are deleted from their group only", proveDeleteMembers},
	{"memberships are deleted of their user only", proveDeleteMemberships},
}

func proveMemberOnce(t *testing.T, s store.Store) {
	ctx := t.Context()
	tenant, group := withGroup(t, s)
	want := newAssignment(tenant, "1", group, "u")
	ok(t, s.CreateAssignment(ctx, want))
	wantErr(t, s.CreateAssignment(ctx, newAssignment(tenant, "2", group, "u")), store.ErrExists)
	got, err := s.Assignment(ctx, tenant, group, "u")
	ok(t, err)
	wantSame(t, got, want)
	ok(t, s.CreateAssignment(ctx, newAssignment(tenant, "2", group, "U")))
}

func proveAssignmentID(t *testing.T, s store.Store) {
	ctx := t.Context()
	tenant, group := withGroup(t, s)
	ok(t, s.CreateGroup(ctx, newGroup(tenant, "other")))
	ok(t, s.CreateAssignment(ctx, newAssignment(tenant, "1", group, "u")))
	wantErr(t, s.CreateAssignment(ctx, newAssignment(tenant, "1", "other", "v")), store.ErrExists)
}

func proveGroupMustExist(t *testing.T, s store.Store) {
	ctx := t.Context()
	tenant, group := withGroup(t, s)
	ok(t, s.CreateTenant(ctx, newTenant("other")))
	wantErr(t, s.CreateAssignment(ctx, newAssignment(tenant, "1", "BUYERS", "u")), store.ErrNotFound)
	wantErr(t, s.CreateAssignment(ctx, newAssignment("other", "1", group, "u")), store.ErrNotFound)
}

func proveMembersInOrder(t *testing.T, s store.Store) {
	ctx := t.Context()
	tenant, group := withGroup(t, s)
	ok(t, s.CreateGroup(ctx, newGroup(tenant, "other")))
	ok(t, s.CreateAssignment(ctx, newAssignment(tenant, "in other", "other", "x")))
	for i, id := range shuffled() {
		// The order of the user ids is not that of the assignments' ids.
		ok(t, s.CreateAssignment(ctx, newAssignment(tenant, id, group, fmt.Sprintf("%02d", i))))
	}
	for id, millis := range map[string]int{"~first": -1000, "!last": 1000} {
		a := newAssignment(tenant, id, group, "user of "+id)
		a.CreatedAt = later(millis)
		ok(t, s.CreateAssignment(ctx, a))
	}
	list, total, err := s.Members(ctx, tenant, group, store.Page{})
	ok(t, err)
	wantSame(t, ids(list, func(a store.Assignment) string { return a.ID }),
		slices.Concat([]string{"~first"}, mixed, []string{"!last"}))
	wantSame(t, total, len(mixed)+2)

	list, total, err = s.Members(ctx, tenant, "nothing", store.Page{})
	ok(t, err)
	wantSame(t, len(list)+total, 0)
}

func proveMemberPages(t *testing.T, s store.Store) {
	ctx := t.Context()
	tenant, group := withGroup(t, s)
	ok(t, s.InTx(ctx, store.AllTenants, func(tx store.Tx) error {
		for i := range 25 {
			a := newAssignment(tenant, fmt.Sprintf("%02d", i), group, fmt.Sprint("user ", i))
			a.CreatedAt = later((i * 7) % 5)
			ok(t, tx.CreateAssignment(ctx, a))
		}
		return nil
	}))
	whole, total, err := s.Members(ctx, tenant, group, store.Page{})
	ok(t, err)
	wantSame(t, total, 25)
	wantSame(t, len(whole), 25)
	for _, size := range []int{1, 4, 5, 24, 25, 26} {
		paged := pages(t, size, func(page store.Page) ([]store.Assignment, int, error) {
			list, total, err := s.Members(ctx, tenant, group, page)
			wantSame(t, total, 25)
			return list, total, err
		})
		wantSame(t, paged, whole)
	}
}

func proveMemberships(t *testing.T, s store.Store) {
	ctx := t.Context()
	tenant, group := withGroup(t, s)
	ok(t, s.CreateTenant(ctx, newTenant("other")))
	ok(t, s.CreateGroup(ctx, newGroup("other", group)))
	ok(t, s.CreateAssignment(ctx, newAssignment("other", "1", group, "u")))
	ok(t, s.CreateAssignment(ctx, newAssignment(tenant, "another's", group, "U")))
	var want []store.Assignment
	for i, id := range shuffled() {
		// The order of the groups is not that of the assignments or of the time.
		g, a := newGroup(tenant, id), newAssignment(tenant, fmt.Sprintf("%02d", i), id, "u")
		g.CreatedAt, a.CreatedAt = later(i), later(i)
		ok(t, s.CreateGroup(ctx, g))
		ok(t, s.CreateAssignment(ctx, a))
		want = append(want, a)
	}
	slices.SortFunc(want, func(a, b store.Assignment) int { return strings.Compare(a.GroupID, b.GroupID) })
	list, err := s.Memberships(ctx, tenant, "u")
	ok(t, err)
	wantSame(t, list, want)
	list, err = s.Memberships(ctx, tenant, "nobody")
	ok(t, err)
	wantSame(t, len(list), 0)
}

func proveGroupIDs(t *testing.T, s store.Store) {
	ctx := t.Context()
	tenant := withTenant(t, s)
	order := withGroups(t, s, tenant)
	ok(t, s.CreateTenant(ctx, newTenant("other")))
	ok(t, s.CreateGroup(ctx, newGroup("other", order[0])))
	ok(t, s.CreateAssignment(ctx, newAssignment("other", "1", order[0], "few")))
	for i := range order {
		group := order[len(order)-1-i] // became members in the opposite order
		ok(t, s.CreateAssignment(ctx, newAssignment(tenant, "all "+group, group, "all")))
	}
	for _, at := range []int{3, 1} {
		ok(t, s.CreateAssignment(ctx, newAssignment(tenant, "few "+order[at], order[at], "few")))
	}
	got, err := s.GroupIDs(ctx, tenant, []string{"few", "none", "all", "few", "ALL"})
	ok(t, err)
	wantSame(t, got, map[string][]string{"all": order, "few": {order[1], order[3]}})
	for _, nobody := range [][]string{nil, {}, {"none"}} {
		got, err := s.GroupIDs(ctx, tenant, nobody)
		ok(t, err)
		wantSame(t, len(got), 0)
	}
}

func proveManyGroupIDs(t *testing.T, s store.Store) {
	ctx := t.Context()
	tenant, group := withGroup(t, s)
	const many = 33_000 // SQLite takes 32,766 parameters
	var users []string
	for i := range many {
		users = append(users, fmt.Sprintf("user %d", i))
	}
	want := make(map[string][]string)
	for _, at := range []int{0, 199, 200, 999, 1000, many - 1} {
		ok(t, s.CreateAssignment(ctx, newAssignment(tenant, fmt.Sprint(at), group, users[at])))
		want[users[at]] = []string{group}
	}
	got, err := s.GroupIDs(ctx, tenant, append(users, users[0])) // asked for twice, answered once
	ok(t, err)
	wantSame(t, got, want)
}

// withMembers creates two tenants, each with groups a and b and users u and v.
func withMembers(t *testing.T, s store.Store) {
	t.Helper()
	ctx := t.Context()
	for _, tenant := range []string{"one", "two"} {
		ok(t, s.CreateTenant(ctx, newTenant(tenant)))
		for _, group := range []string{"a", "b"} {
			ok(t, s.CreateGroup(ctx, newGroup(tenant, group)))
			for _, user := range []string{"u", "v"} {
				ok(t, s.CreateAssignment(ctx, newAssignment(tenant, group+user, group, user)))
			}
		}
	}
}

// wantMembers compares the members of groups a and b of tenant one; tenant two
// must be as withMembers created it.
func wantMembers(t *testing.T, s store.Store, a, b []string) {
	t.Helper()
	for _, want := range []struct {
		tenant, group string
		users         []string
	}{{"one", "a", a}, {"one", "b", b}, {"two", "a", []string{"u", "v"}}, {"two", "b", []string{"u", "v"}}} {
		list, total, err := s.Members(t.Context(), want.tenant, want.group, store.Page{})
		ok(t, err)
		wantSame(t, ids(list, memberID), want.users)
		wantSame(t, total, len(want.users))
	}
}

func proveDeleteAssignment(t *testing.T, s store.Store) {
	ctx := t.Context()
	withMembers(t, s)
	ok(t, s.DeleteAssignment(ctx, "one", "a", "u"))
	wantMembers(t, s, []string{"v"}, []string{"u", "v"})
	wantErr(t, s.DeleteAssignment(ctx, "one", "a", "u"), store.ErrNotFound)
	wantErr(t, s.DeleteAssignment(ctx, "one", "A", "v"), store.ErrNotFound)
	wantErr(t, s.DeleteAssignment(ctx, "nobody", "a", "v"), store.ErrNotFound)
	wantMembers(t, s, []string{"v"}, []string{"u", "v"})
	ok(t, s.CreateAssignment(ctx, newAssignment("one", "au", "a", "u")))
}

func proveDeleteMembers(t *testing.T, s store.Store) {
	withMembers(t, s)
	for range 2 { // the second time the group is empty
		ok(t, s.DeleteMembers(t.Context(), "one", "a"))
		wantMembers(t, s, nil, []string{"u", "v"})
	}
	ok(t, s.DeleteMembers(t.Context(), "one", "nothing"))
}

func proveDeleteMemberships(t *testing.T, s store.Store) {
	withMembers(t, s)
	for range 2 {
		ok(t, s.DeleteMemberships(t.Context(), "one", "u"))
		wantMembers(t, s, []string{"v"}, []string{"v"})
	}
}
