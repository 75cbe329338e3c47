package server_test

import (
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

func TestUserScopes(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.allowRestrictions(t, "DE", "AT", "FR")
	b.withScopes(t, "own.scope")
	b.create(t, vendors, `{"id": "v1", "name": "V"}`)
	b.check(t, exchange{method: "PUT", path: "~/access-controls/custom", body: `{"scopes": ["own.scope", "order.order_read"]}`, status: 201, want: `{"id": "custom"}`})
	for _, body := range []string{
		`{"id": "all", "accessControls": ["` + ordersViewer + `", "` + catalogsViewer + `"]}`,
		`{"id": "de", "accessControls": ["` + ordersViewer + `", "` + catalogsViewer + `"], "restrictions": ["DE"]}`,
		`{"id": "fr-at", "accessControls": ["` + ordersViewer + `", "` + catalogsViewer + `"], "restrictions": ["FR", "AT"]}`,
		`{"id": "custom", "accessControls": ["custom"], "restrictions": ["DE"]}`,
		`{"id": "nothing", "restrictions": ["DE"]}`,
		`{"id": "template", "templates": ["order_fulfillment_manager"], "restrictions": ["DE"]}`,
		`{"id": "vendor", "vendorId": "v1", "accessControls": ["` + catalogsViewer + `"]}`,
		`{"id": "shoppers", "userType": "CUSTOMER", "accessControls": ["` + customersOrders + `"]}`,
	} {
		b.create(t, "~/groups", with(body, map[string]any{"name": map[string]any{"en": "x"}}))
	}
	for _, c := range []struct{ groups, want string }{
		{"", "tenant=acme"},
		{"nothing", "tenant=acme"},
		{"all", "catalog.catalog_view order.order_read tenant=acme"},
		{"de", "catalog.catalog_view order.order_read--DE tenant=acme"},
		{"fr-at", "catalog.catalog_view order.order_read--AT#FR tenant=acme"},
		{"de fr-at nothing", "catalog.catalog_view order.order_read--AT#DE#FR tenant=acme"},
		{"de fr-at all", "catalog.catalog_view order.order_read tenant=acme"},
		{"custom", "order.order_read own.scope tenant=acme"},
		{"vendor", "catalog.catalog_view tenant=acme"},
	} {
		user := b.create(t, "~/users", person(strings.ReplaceAll("u "+c.groups, " ", "-")+"@acme.example", strings.Fields(c.groups)...))
		vendor := absent
		if strings.Contains(c.groups, "vendor") {
			vendor = "v1"
		}
		b.play(t, exchange{name: "in " + c.groups, path: "~/users/" + user + "/scopes", status: 200, want: `{"userId": "` + user + `", "scopes": "` + c.want + `", "vendorId": "` + vendor + `"}`})
	}
	b.check(t, exchange{method: "PUT", path: "~/groups/shoppers/users/CUSTOMER/C1", status: 201, want: `{"id": "` + anyText + `"}`})
	b.play(
		t,
		exchange{name: "a customer", path: "~/users/C1/scopes", status: 200, want: `{"userId": "C1", "scopes": "order.order_readascustomer order.order_updateascustomer tenant=acme"}`},
		exchange{name: "nobody", path: "~/users/nobody/scopes", status: 404, want: userNotFound("nobody")},
	)
}

// A template gives what it contains, narrowed where a group is restricted.
func TestUserScopes_template(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.allowRestrictions(t, "DE")
	b.create(t, "~/groups", `{"id": "g", "name": {"en": "x"}, "templates": ["order_fulfillment_manager"], "restrictions": ["DE"]}`)
	user := b.create(t, "~/users", person("anna@acme.example", "g"))
	got := " " + read[api.UserScopes](t, b, "~/users/"+user+"/scopes").Scopes + " "
	template, _ := access.TemplateByID("order_fulfillment_manager")
	for _, id := range access.ControlIDs(access.Expand(template.Access, nil)) {
		control, _ := access.ControlByID(id)
		for _, scope := range control.Scopes {
			if control.RestrictionAware() {
				scope += "--DE"
			}
			if !strings.Contains(got, " "+scope+" ") {
				t.Errorf("%s of %s is missing: %s", scope, control.Label, got)
			}
		}
	}
}

// A locked user holds nothing; one with a back-office number is found by it.
func TestUserScopes_lockedAndNumber(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.create(t, "~/groups", `{"id": "g", "name": {"en": "x"}, "accessControls": ["`+catalogsViewer+`"]}`)
	user := b.create(t, "~/users", person("anna@acme.example", "g"))
	change := func(fn func(u *store.User)) {
		t.Helper()
		err := b.store.UpdateUser(t.Context(), servertest.Tenant, user, func(u *store.User) error { fn(u); return nil })
		if err != nil {
			t.Fatal(err)
		}
	}
	change(func(u *store.User) { u.BackofficeNumber = "4711" })
	b.check(t, exchange{path: "~/users/4711/scopes", status: 200, want: `{"userId": "` + user + `", "scopes": "catalog.catalog_view tenant=acme"}`})
	change(func(u *store.User) { u.Locked = true })
	b.check(t, exchange{path: "~/users/" + user + "/scopes", status: 200, want: `{"userId": "` + user + `", "scopes": "tenant=acme"}`})
}
