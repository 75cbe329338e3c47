package storetest

import (
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

var catalogClauses = []clause{
	{"a new access control has version 1, whatever the record says", proveControlVersion},
	{"access controls are listed by creation time, then id, byte by byte", proveControlsInOrder},
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
