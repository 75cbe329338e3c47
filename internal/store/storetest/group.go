package storetest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

var groupClauses = []clause{
	{"a new group has version 1, whatever the record says", proveGroupVersion},
	{"groups are listed by creation time, then id, byte by byte", proveGroupsInOrder},
	{"the groups of a user come in the order of groups", proveGroupsOfUser},
	{"groups, access controls and templates are found by many ids, each once", proveByID},
	{"an update of a group changes every field but its key and creation, and adds 1 to the version", proveUpdateGroup},
	{"an update of a group that is not there is refused", proveUpdateGroupNotFound},
	{"an update of a group leaves its members", proveUpdateGroupMembers},
	{"a group with members is not deleted", proveDeleteGroupReferenced},
	{"a deleted group is gone, and only that one", proveDeleteGroup},
}

func proveGroupVersion(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	g := newGroup(tenant, "g")
	g.Version = 7
	ok(t, s.CreateGroup(ctx, g))
	got, err := s.Group(ctx, tenant, "g")
	ok(t, err)
	wantSame(t, got.Version, 1)
}

// withGroups creates groups at three times, and returns their ids in order.
func withGroups(t *testing.T, s store.Store, tenant string) (order []string) {
	t.Helper()
	for _, id := range shuffled() {
		ok(t, s.CreateGroup(t.Context(), newGroup(tenant, id)))
	}
	for id, millis := range map[string]int{"~first": -1000, "!last": 1000} {
		g := newGroup(tenant, id)
		g.CreatedAt = later(millis)
		ok(t, s.CreateGroup(t.Context(), g))
	}
	order = append(order, "~first")
	order = append(order, mixed...)
	return append(order, "!last")
}

func proveGroupsInOrder(t *testing.T, s store.Store) {
	ctx := t.Context()
	tenant := withTenant(t, s)
	ok(t, s.CreateTenant(ctx, newTenant("other")))
	ok(t, s.CreateGroup(ctx, newGroup("other", "x")))
	order := withGroups(t, s, tenant)
	list, err := s.Groups(ctx, tenant)
	ok(t, err)
	wantSame(t, ids(list, groupID), order)
	wantSame(t, list[1], newGroup(tenant, order[1]))
	list, err = s.Groups(ctx, "nobody")
	ok(t, err)
	wantSame(t, len(list), 0)
}

func proveByID(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	ok(t, s.CreateTenant(ctx, newTenant("other")))
	ok(t, s.CreateGroup(ctx, newGroup("other", "of another tenant")))
	var asked []string // more than one statement takes
	for i := range 300 {
		asked = append(asked, fmt.Sprint(i))
	}
	ok(t, s.InTx(ctx, tenant, func(tx store.Tx) error {
		for _, id := range append(asked[1:], "not asked for") { // 0 is missing
			ok(t, tx.CreateGroup(ctx, newGroup(tenant, id)))
			ok(t, tx.CreateAccessControl(ctx, newAccessControl(tenant, id)))
			ok(t, tx.CreateTemplate(ctx, newTemplate(tenant, id)))
		}
		return nil
	}))
	asked = append(asked, "7", "of another tenant")
	want := slices.Sorted(slices.Values(asked[1:300]))
	groups, err := s.GroupsByID(ctx, tenant, asked)
	ok(t, err)
	wantSame(t, slices.Sorted(slices.Values(ids(groups, func(g store.Group) string { return g.ID }))), want)
	controls, err := s.AccessControlsByID(ctx, tenant, asked)
	ok(t, err)
	wantSame(t, slices.Sorted(slices.Values(ids(controls, func(c store.AccessControl) string { return c.ID }))), want)
	templates, err := s.TemplatesByID(ctx, tenant, asked)
	ok(t, err)
	wantSame(t, slices.Sorted(slices.Values(ids(templates, func(x store.Template) string { return x.ID }))), want)
	groups, err = s.GroupsByID(ctx, tenant, nil)
	ok(t, err)
	wantSame(t, len(groups), 0)
}

func proveGroupsOfUser(t *testing.T, s store.Store) {
	ctx := t.Context()
	tenant := withTenant(t, s)
	order := withGroups(t, s, tenant)
	ok(t, s.CreateTenant(ctx, newTenant("other")))
	ok(t, s.CreateGroup(ctx, newGroup("other", order[1])))
	ok(t, s.CreateAssignment(ctx, newAssignment("other", "1", order[1], "u")))
	ok(t, s.CreateAssignment(ctx, newAssignment(tenant, "1", order[1], "another")))
	// Added in the opposite order.
	for i, at := range []int{len(order) - 1, 5, 2, 0} {
		a := newAssignment(tenant, "of u "+order[at], order[at], "u")
		a.CreatedAt = later(i)
		ok(t, s.CreateAssignment(ctx, a))
	}
	list, err := s.GroupsOfUser(ctx, tenant, "u")
	ok(t, err)
	wantSame(t, ids(list, groupID), []string{order[0], order[2], order[5], order[len(order)-1]})
	wantSame(t, list[1], newGroup(tenant, order[2]))
	list, err = s.GroupsOfUser(ctx, tenant, "U")
	ok(t, err)
	wantSame(t, len(list), 0)
}

func proveUpdateGroup(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	ok(t, s.CreateGroup(ctx, newGroup(tenant, "other")))
	ok(t, s.CreateGroup(ctx, newGroup(tenant, "g")))
	want := store.Group{
		Tenant: "elsewhere", ID: "new id",
		Name: map[string]string{"fr": "Acheteurs"}, Description: map[string]string{"fr": "Ils achètent"},
		Code: "OTHER", UserType: "EMPLOYEE", VendorID: "another vendor", LegalEntityID: "another company",
		AccessControls: []string{"x"}, Templates: []string{"y"}, Restrictions: []string{"z"}, Mixins: `{}`,
		Version: 99, CreatedAt: later(100), ModifiedAt: later(101),
	}
	ok(t, s.UpdateGroup(ctx, tenant, "g", func(g *store.Group) error {
		wantSame(t, *g, newGroup(tenant, "g"))
		*g = want
		return nil
	}))
	want.Tenant, want.ID, want.CreatedAt = tenant, "g", newGroup(tenant, "g").CreatedAt
	want.Version = 2
	got, err := s.Group(ctx, tenant, "g")
	ok(t, err)
	wantSame(t, got, want)

	ok(t, s.UpdateGroup(ctx, tenant, "g", func(g *store.Group) error {
		*g = store.Group{}
		return nil
	}))
	got, err = s.Group(ctx, tenant, "g")
	ok(t, err)
	wantSame(t, got, store.Group{Tenant: tenant, ID: "g", CreatedAt: want.CreatedAt, Version: 3})
	got, err = s.Group(ctx, tenant, "other")
	ok(t, err)
	wantSame(t, got, newGroup(tenant, "other"))
}

func proveUpdateGroupNotFound(t *testing.T, s store.Store) {
	ctx := t.Context()
	tenant, _ := withGroup(t, s)
	ok(t, s.CreateTenant(ctx, newTenant("other")))
	for id, tenant := range map[string]string{"nothing": tenant, "BUYERS": tenant, "buyers": "other"} {
		wantErr(t, s.UpdateGroup(ctx, tenant, id, func(*store.Group) error {
			t.Errorf("fn was called for group %q of tenant %q", id, tenant)
			return nil
		}), store.ErrNotFound)
	}
}

func proveUpdateGroupMembers(t *testing.T, s store.Store) {
	ctx := t.Context()
	tenant, group := withGroup(t, s)
	want := newAssignment(tenant, "1", group, "u")
	ok(t, s.CreateAssignment(ctx, want))
	ok(t, s.UpdateGroup(ctx, tenant, group, func(g *store.Group) error {
		g.Code = "changed"
		return nil
	}))
	got, err := s.Assignment(ctx, tenant, group, "u")
	ok(t, err)
	wantSame(t, got, want)
}

func proveDeleteGroupReferenced(t *testing.T, s store.Store) {
	ctx := t.Context()
	tenant, group := withGroup(t, s)
	ok(t, s.CreateAssignment(ctx, newAssignment(tenant, "1", group, "u")))
	wantErr(t, s.DeleteGroup(ctx, tenant, group), store.ErrReferenced)
	_, err := s.Group(ctx, tenant, group)
	ok(t, err)
	_, err = s.Assignment(ctx, tenant, group, "u")
	ok(t, err)
	ok(t, s.DeleteMembers(ctx, tenant, group))
	ok(t, s.DeleteGroup(ctx, tenant, group))
}

func proveDeleteGroup(t *testing.T, s store.Store) {
	ctx := t.Context()
	tenant, group := withGroup(t, s)
	ok(t, s.CreateGroup(ctx, newGroup(tenant, "BUYERS")))
	ok(t, s.CreateTenant(ctx, newTenant("other")))
	ok(t, s.CreateGroup(ctx, newGroup("other", group)))
	wantErr(t, s.DeleteGroup(ctx, tenant, "nothing"), store.ErrNotFound)
	ok(t, s.DeleteGroup(ctx, tenant, group))
	wantErr(t, s.DeleteGroup(ctx, tenant, group), store.ErrNotFound)
	_, err := s.Group(ctx, tenant, group)
	wantErr(t, err, store.ErrNotFound)
	_, err = s.Group(ctx, tenant, "BUYERS")
	ok(t, err)
	_, err = s.Group(ctx, "other", group)
	ok(t, err)
	ok(t, s.CreateGroup(ctx, newGroup(tenant, group)))
}
