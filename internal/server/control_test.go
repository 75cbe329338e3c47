package server_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// A new tenant has every predefined access control, as package access has it.
func TestControl_predefined(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	byID := map[string]api.AccessControl{}
	for _, c := range read[[]api.AccessControl](t, b, "~/access-controls?pageSize=10000") {
		byID[c.ID] = c
	}
	controls := access.Controls()
	if len(byID) != len(controls) {
		t.Errorf("the tenant has %d access controls, want %d", len(byID), len(controls))
	}
	for _, c := range controls {
		got := byID[c.ID]
		want := api.AccessControl{
			ID: c.ID, Name: api.Text{"en": c.Label}, Domains: got.Domains, Scopes: c.Scopes, RestrictionAware: c.RestrictionAware(),
			RestrictedTo: c.RestrictedTo, Predefined: true, VendorAware: c.VendorAware, Metadata: &api.Metadata{Version: 1, CreatedAt: got.Metadata.CreatedAt},
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("\n got %+v\nwant %+v", got, want)
		}
	}
	b.play(
		t,
		exchange{name: "one", path: "~/access-controls/" + ordersManager, status: 200, want: `{
			"id": "` + ordersManager + `", "name": {"en": "Orders Manager"}, "restrictionAware": true, "restrictedTo": "EMPLOYEE", "predefined": true,
			"vendorAware": false, "scopes": ["order.order_read", "order.order_manage", "order.order_create", "order.order_update", "order.order_delete"],
			"metadata": {"version": 1, "createdAt": "` + anyText + `", "modifiedAt": "` + absent + `"}}`},
		exchange{name: "unknown", path: "~/access-controls/nothing", status: 404, want: `{"code": 404, "status": "Not Found", "message": "` + anyText + `", "resourceId": "nothing", "details": ["` + anyText + `"]}`},
		exchange{name: "in another case", path: "~/access-controls/" + strings.ToUpper(ordersManager), status: 404, want: `{"code": 404}`},
	)
}

// Group and user list the access controls they carry and those of their
// templates, each once.
func TestControl_carried(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.create(t, "~/groups", `{"id": "own", "name": {"en": "x"}, "accessControls": ["`+ordersManager+`", "`+catalogsViewer+`"]}`)
	b.create(t, "~/groups", `{"id": "viewers", "name": {"en": "x"}, "accessControls": ["`+ordersManager+`"], "templates": ["viewer"]}`)
	b.create(t, "~/groups", `{"id": "nothing", "name": {"en": "x"}}`)
	both := b.create(t, "~/users", person("both@acme.example", "own", "viewers", "nothing"))
	idle := b.create(t, "~/users", person("idle@acme.example"))
	viewer, _ := access.TemplateByID("viewer")
	ofViewers := unique(append(access.ControlIDs(access.Expand(viewer.Access, nil)), ordersManager))
	for path, want := range map[string][]string{
		"~/groups/own/access-controls":                unique([]string{ordersManager, catalogsViewer}),
		"~/groups/viewers/access-controls":            ofViewers,
		"~/groups/nothing/access-controls":            nil,
		"~/users/" + both + "/access-controls":        unique(append(ofViewers, catalogsViewer)),
		"~/users/" + idle + "/access-controls":        nil,
		"~/groups/" + "oe-admin" + "/access-controls": oeAdmins(),
	} {
		var got []string
		for _, c := range read[[]api.AccessControl](t, b, path+"?pageSize=1000") {
			got = append(got, c.ID)
			if len(c.Scopes) == 0 {
				t.Errorf("%s: %s comes without scopes", path, c.ID)
			}
		}
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", path, got, want)
		}
	}
	b.play(
		t,
		exchange{name: "unknown group", path: "~/groups/nowhere/access-controls", status: 404, want: `{"code": 404, "status": "Not Found", "resourceId": "nowhere"}`},
		exchange{name: "unknown user", path: "~/users/nobody/access-controls", status: 404, want: userNotFound("nobody")},
	)
}

func unique(ids []string) []string { return slices.Compact(slices.Sorted(slices.Values(ids))) }

func oeAdmins() []string {
	for _, g := range access.PredefinedGroups() {
		if g.ID == "oe-admin" {
			return unique(g.Controls)
		}
	}
	return nil
}

func TestControl_templates(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	list := read[[]api.Template](t, b, "~/templates?expand=accessControls")
	var ids []string
	for _, got := range list {
		ids = append(ids, got.ID)
		want, _ := access.TemplateByID(got.ID)
		if got.Name["en"] != want.Label || !slices.Equal(got.AccessControls, access.ControlIDs(access.Expand(want.Access, nil))) {
			t.Errorf("%s: got %+v", want.ID, got)
		}
		var expanded []string
		for _, c := range got.Documents {
			expanded = append(expanded, c.ID)
		}
		if !slices.Equal(unique(expanded), unique(got.AccessControls)) {
			t.Errorf("%s: expanded to %v, want %v", want.ID, expanded, got.AccessControls)
		}
	}
	// All are created at once with the tenant, so they are listed by id.
	if want := []string{"admin", "catalog_manager", "manager", "oe_admin", "oe_editor", "oe_manager", "oe_viewer", "order_fulfillment_manager", "pricing_manager", "viewer"}; !slices.Equal(ids, want) {
		t.Errorf("got %v, want %v", ids, want)
	}
	b.play(
		t,
		exchange{name: "not expanded", path: "~/templates?name=Catalog", status: 200, want: `[{"id": "catalog_manager", "accessControlsDocuments": "` + absent + `", "metadata": "` + absent + `"}]`},
		exchange{name: "no other expansion", path: "~/templates?name=Catalog&expand=everything", status: 200, want: `[{"accessControlsDocuments": "` + absent + `"}]`},
	)
}

func TestControl_toWire(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	made := time.Date(2026, 2, 3, 4, 5, 6, 700e6, time.UTC)
	control := store.AccessControl{
		Tenant: servertest.Tenant, ID: "full", Name: map[string]string{"en": "All", "de": "Alles"}, Description: map[string]string{"en": "Of all"}, Domains: []string{"order", "cart"},
		Scopes: []string{"order.order_read", "cart.cart_read"}, RestrictionAware: true, RestrictedTo: "CUSTOMER", VendorAware: true, Predefined: true,
		Version: 1, CreatedAt: made, ModifiedAt: made.Add(time.Hour),
	}
	template := store.Template{
		Tenant: servertest.Tenant, ID: "full", Name: map[string]string{"en": "All"}, Description: map[string]string{"de": "Alles"},
		AccessControls: []string{"full", ordersViewer}, BasedOn: "viewer", Access: map[string]string{"orders": "read"},
		Predefined: true, Version: 1, CreatedAt: made, ModifiedAt: made.Add(time.Hour),
	}
	noZero(t, control)
	noZero(t, template)
	if err := b.store.CreateAccessControl(t.Context(), control); err != nil {
		t.Fatal(err)
	}
	if err := b.store.CreateTemplate(t.Context(), template); err != nil {
		t.Fatal(err)
	}
	want := api.AccessControl{
		ID: "full", Name: api.Text{"en": "All", "de": "Alles"}, Description: api.Text{"en": "Of all"}, Domains: []string{"order", "cart"}, Scopes: []string{"order.order_read", "cart.cart_read"},
		RestrictionAware: true, RestrictedTo: access.Customer, Predefined: true, VendorAware: true,
		Metadata: &api.Metadata{Version: 1, CreatedAt: "2026-02-03T04:05:06.700Z", ModifiedAt: "2026-02-03T05:05:06.700Z"},
	}
	noZero(t, want)
	if got := read[api.AccessControl](t, b, "~/access-controls/full"); !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
	wantTemplate := api.Template{
		ID: "full", Name: api.Text{"en": "All"}, Description: api.Text{"de": "Alles"}, AccessControls: []string{"full", ordersViewer},
		Documents: []api.AccessControl{read[api.AccessControl](t, b, "~/access-controls/"+ordersViewer), want},
	}
	noZero(t, wantTemplate)
	if got := read[[]api.Template](t, b, "~/templates?name=all&description=ALLES&expand=accessControls"); !reflect.DeepEqual(got, []api.Template{wantTemplate}) {
		t.Errorf("\n got %+v\nwant %+v", got, wantTemplate)
	}
}

// A list that is empty is [], never null: clients read it as a list.
func TestControl_emptyLists(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	if err := b.store.CreateAccessControl(t.Context(), store.AccessControl{Tenant: servertest.Tenant, ID: "bare", CreatedAt: newClock().Now()}); err != nil {
		t.Fatal(err)
	}
	if err := b.store.CreateTemplate(t.Context(), store.Template{Tenant: servertest.Tenant, ID: "bare", Name: map[string]string{"en": "Bare"}}); err != nil {
		t.Fatal(err)
	}
	b.play(
		t,
		exchange{name: "access control", path: "~/access-controls/bare", status: 200, want: `{"id": "bare", "scopes": [], "domains": "` + absent + `", "restrictedTo": "` + absent + `"}`},
		exchange{name: "template", path: "~/templates?name=bare", status: 200, want: `[{"id": "bare", "accessControls": []}]`},
	)
}
