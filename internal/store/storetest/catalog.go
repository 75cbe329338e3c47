package storetest

import (
	"strconv"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

var catalogClauses = []clause{
	{"a new access control has version 1, whatever the record says", proveControlVersion},
	{"access controls are listed by creation time, then id, byte by byte", proveControlsInOrder},
	{"an update of an access control changes every field but its key and creation, and adds 1 to the version", proveUpdateControl},
	{"an update of an access control that is not there is refused", proveUpdateControlNotFound},
	{"an update of an access control whose function fails leaves no trace, and answers its error", proveUpdateControlFails},
	{"concurrent updates of an access control lose nothing", proveConcurrentControlUpdates},
	{"a deleted access control is gone, and only that one", proveDeleteControl},
	{"templates are listed by creation time, then id, byte by byte", proveTemplatesInOrder},
}

func proveControlVersion(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	c := newAccessControl(tenant, "c")
	c.Version = 7
	ok(t, s.CreateAccessControl(ctx, c))
	got, err := s.AccessControl(ctx, tenant, "c")
	ok(t, err)
	wantSame(t, got.Version, 1)
}

func proveControlsInOrder(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	ok(t, s.CreateTenant(ctx, newTenant("other")))
	ok(t, s.CreateAccessControl(ctx, newAccessControl("other", "x")))
	want := []string{"~first"}
	want = append(want, mixed...)
	for _, id := range append(shuffled(), "~first") {
		c := newAccessControl(tenant, id)
		if id == "~first" {
			c.CreatedAt = later(-1000)
		}
		ok(t, s.CreateAccessControl(ctx, c))
	}
	list, err := s.AccessControls(ctx, tenant)
	ok(t, err)
	wantSame(t, ids(list, func(c store.AccessControl) string { return c.ID }), want)
	wantSame(t, list[1], newAccessControl(tenant, want[1]))
	list, err = s.AccessControls(ctx, "nobody")
	ok(t, err)
	wantSame(t, len(list), 0)
}

func wantControl(t *testing.T, s store.Store, want store.AccessControl) {
	t.Helper()
	got, err := s.AccessControl(t.Context(), want.Tenant, want.ID)
	ok(t, err)
	wantSame(t, got, want)
}

func proveUpdateControl(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	ok(t, s.CreateAccessControl(ctx, newAccessControl(tenant, "other")))
	ok(t, s.CreateAccessControl(ctx, newAccessControl(tenant, "c")))
	want := store.AccessControl{
		Tenant: "elsewhere", ID: "new id", Name: map[string]string{"fr": "Gérer"}, Description: map[string]string{"fr": "Les paniers"},
		Domains: []string{"x"}, Scopes: []string{"y"}, RestrictedTo: "OTHER",
		Version: 99, CreatedAt: later(100), ModifiedAt: later(101),
	}
	ok(t, s.UpdateAccessControl(ctx, tenant, "c", func(c *store.AccessControl) error {
		wantSame(t, *c, newAccessControl(tenant, "c"))
		*c = want
		return nil
	}))
	want.Tenant, want.ID, want.CreatedAt = tenant, "c", newAccessControl(tenant, "c").CreatedAt
	want.Version = 2
	wantControl(t, s, want)

	ok(t, s.UpdateAccessControl(ctx, tenant, "c", func(c *store.AccessControl) error {
		*c = store.AccessControl{}
		return nil
	}))
	wantControl(t, s, store.AccessControl{Tenant: tenant, ID: "c", CreatedAt: want.CreatedAt, Version: 3})
	wantControl(t, s, newAccessControl(tenant, "other"))
}

func proveUpdateControlNotFound(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	ok(t, s.CreateTenant(ctx, newTenant("other")))
	ok(t, s.CreateAccessControl(ctx, newAccessControl(tenant, "c")))
	for id, tenant := range map[string]string{"nothing": tenant, "C": tenant, "c": "other"} {
		wantErr(t, s.UpdateAccessControl(ctx, tenant, id, func(*store.AccessControl) error {
			t.Errorf("fn was called for access control %q of tenant %q", id, tenant)
			return nil
		}), store.ErrNotFound)
	}
}

func proveUpdateControlFails(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	ok(t, s.CreateAccessControl(ctx, newAccessControl(tenant, "c")))
	wantErr(t, s.UpdateAccessControl(ctx, tenant, "c", func(c *store.AccessControl) error {
		c.Name["en"], c.Scopes[0], c.VendorAware = "changed", "changed", false
		return errOfTest
	}), errOfTest)
	wantControl(t, s, newAccessControl(tenant, "c"))
}

func proveConcurrentControlUpdates(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	c := newAccessControl(tenant, "c")
	c.RestrictedTo = "0"
	ok(t, s.CreateAccessControl(ctx, c))
	concurrently(t, func() error {
		return s.UpdateAccessControl(ctx, tenant, "c", func(c *store.AccessControl) error {
			return increment(&c.RestrictedTo)
		})
	})
	c.RestrictedTo, c.Version = strconv.Itoa(counters*counts), 1+counters*counts
	wantControl(t, s, c)
}

func proveDeleteControl(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	ok(t, s.CreateTenant(ctx, newTenant("other")))
	others := []store.AccessControl{newAccessControl(tenant, "C"), newAccessControl("other", "c")}
	for _, c := range append(others, newAccessControl(tenant, "c")) {
		ok(t, s.CreateAccessControl(ctx, c))
	}
	wantErr(t, s.DeleteAccessControl(ctx, tenant, "nothing"), store.ErrNotFound)
	ok(t, s.DeleteAccessControl(ctx, tenant, "c"))
	wantErr(t, s.DeleteAccessControl(ctx, tenant, "c"), store.ErrNotFound)
	_, err := s.AccessControl(ctx, tenant, "c")
	wantErr(t, err, store.ErrNotFound)
	for _, c := range others {
		wantControl(t, s, c)
	}
	list, err := s.AccessControls(ctx, tenant)
	ok(t, err)
	wantSame(t, ids(list, func(c store.AccessControl) string { return c.ID }), []string{"C"})
	ok(t, s.CreateAccessControl(ctx, newAccessControl(tenant, "c")))
	wantControl(t, s, newAccessControl(tenant, "c"))
}

func proveTemplatesInOrder(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	ok(t, s.CreateTenant(ctx, newTenant("other")))
	ok(t, s.CreateTemplate(ctx, newTemplate("other", "x")))
	want := []string{"~first"}
	want = append(want, mixed...)
	for _, id := range append(shuffled(), "~first") {
		r := newTemplate(tenant, id)
		if id == "~first" {
			r.CreatedAt = later(-1000)
		}
		ok(t, s.CreateTemplate(ctx, r))
	}
	list, err := s.Templates(ctx, tenant)
	ok(t, err)
	wantSame(t, ids(list, func(r store.Template) string { return r.ID }), want)
	wantSame(t, list[1], newTemplate(tenant, want[1]))
	list, err = s.Templates(ctx, "nobody")
	ok(t, err)
	wantSame(t, len(list), 0)
}
