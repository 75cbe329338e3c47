package storetest

import (
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

var templateClauses = []clause{
	{"a new template has version 1, whatever the record says", proveTemplateVersion},
	{"an update of a template changes all but its key and creation time, counts its versions, and changes no other one", proveUpdateTemplate},
	{"an update of a template that is not there is refused, and its function not called", proveUpdateTemplateNotFound},
	{"an update of a template whose function fails leaves no trace, and answers its error", proveUpdateTemplateFails},
	{"a template is deleted, and no other one", proveDeleteTemplate},
}

func proveTemplateVersion(t *testing.T, s store.Store) {
	r := newTemplate(withTenant(t, s), "r")
	r.Version = 7
	ok(t, s.CreateTemplate(t.Context(), r))
	wantTemplates(t, s, newTemplate("acme", "r"))
}

// withTemplates creates two tenants with templates that each differ from
// "approver" of the first in one part of the key.
func withTemplates(t *testing.T, s store.Store) (tenant string, others []store.Template) {
	t.Helper()
	tenant = withTenant(t, s)
	ok(t, s.CreateTenant(t.Context(), newTenant("other")))
	others = []store.Template{newTemplate(tenant, "APPROVER"), newTemplate("other", "approver")}
	for _, r := range others {
		ok(t, s.CreateTemplate(t.Context(), r))
	}
	return tenant, others
}

func wantTemplates(t *testing.T, s store.Store, list ...store.Template) {
	t.Helper()
	for _, want := range list {
		got, err := s.Template(t.Context(), want.Tenant, want.ID)
		ok(t, err)
		wantSame(t, got, want)
	}
}

func proveUpdateTemplate(t *testing.T, s store.Store) {
	ctx := t.Context()
	tenant, others := withTemplates(t, s)
	ok(t, s.CreateTemplate(ctx, newTemplate(tenant, "approver")))
	want := store.Template{
		Tenant: "elsewhere", ID: "new id", Name: map[string]string{"fr": "Acheteur"}, Description: map[string]string{"fr": "Il achète"},
		AccessControls: []string{"x"}, BasedOn: "another", Access: map[string]string{"tax": "read"},
		Version: 99, CreatedAt: later(100), ModifiedAt: later(101),
	}
	ok(t, s.UpdateTemplate(ctx, tenant, "approver", func(r *store.Template) error {
		wantSame(t, *r, newTemplate(tenant, "approver"))
		*r = want
		return nil
	}))
	want.Tenant, want.ID, want.CreatedAt, want.Version = tenant, "approver", newTemplate(tenant, "approver").CreatedAt, 2
	wantTemplates(t, s, append(others, want)...)

	ok(t, s.UpdateTemplate(ctx, tenant, "approver", func(r *store.Template) error {
		*r = store.Template{}
		return nil
	}))
	bare := store.Template{Tenant: tenant, ID: "approver", CreatedAt: want.CreatedAt, Version: 3}
	wantTemplates(t, s, append(others, bare)...)
}

func proveUpdateTemplateNotFound(t *testing.T, s store.Store) {
	tenant, _ := withTemplates(t, s)
	for id, tenant := range map[string]string{"approver": tenant, "APPROVER": "other", "nothing": "nobody"} {
		wantErr(t, s.UpdateTemplate(t.Context(), tenant, id, func(*store.Template) error {
			t.Errorf("fn was called for template %q of tenant %q", id, tenant)
			return nil
		}), store.ErrNotFound)
	}
}

func proveUpdateTemplateFails(t *testing.T, s store.Store) {
	tenant, others := withTemplates(t, s)
	err := s.UpdateTemplate(t.Context(), tenant, "APPROVER", func(r *store.Template) error {
		r.Name["en"], r.Access["orders"], r.BasedOn = "changed", "none", "changed"
		return errOfTest
	})
	wantErr(t, err, errOfTest)
	wantTemplates(t, s, others...)
}

func proveDeleteTemplate(t *testing.T, s store.Store) {
	ctx := t.Context()
	tenant, others := withTemplates(t, s)
	wantErr(t, s.DeleteTemplate(ctx, tenant, "approver"), store.ErrNotFound)
	ok(t, s.CreateTemplate(ctx, newTemplate(tenant, "approver")))
	ok(t, s.DeleteTemplate(ctx, tenant, "approver"))
	_, err := s.Template(ctx, tenant, "approver")
	wantErr(t, err, store.ErrNotFound)
	wantTemplates(t, s, others...)
	ok(t, s.CreateTemplate(ctx, newTemplate(tenant, "approver")))
}
