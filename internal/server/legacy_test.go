package server_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server"
)

// Ids of the old model.
const (
	viewerRole    = "1rl5e52e-6e27-4ac5-9471-2467d3fb7500"
	managerRole   = "1rl5e52e-6e27-4ac5-9471-2467d3fb7502"
	catalogOf     = "1sr5e52e-6e27-4ac5-9471-2467d3fb7514"
	configuration = "1sr5e52e-6e27-4ac5-9471-2467d3fb7518"
	formsEditor   = "5ac869fc-d548-4ec8-cccc-c01491314106"
)

// The old model has a role for each level, a permission for each level and a
// resource for each entity, and all of it hangs together.
func TestLegacy_model(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	applicable := map[string][]string{}
	for _, p := range read[[]api.LegacyPermission](t, b, "~/permissions") {
		applicable[p.ID] = p.Resources
		if p.Code != p.ID || p.Name["en"] == "" || p.Metadata == nil || p.Metadata.Version != 1 || p.Metadata.CreatedAt == "" {
			t.Errorf("got %+v", p)
		}
		if got := read[api.LegacyPermission](t, b, "~/permissions/"+p.ID); !reflect.DeepEqual(got, p) {
			t.Errorf("alone it is %+v, in the list %+v", got, p)
		}
	}
	var resources []string
	for _, r := range read[[]api.LegacyResource](t, b, "~/resources?pageSize=10000") {
		resources = append(resources, r.ID)
		if r.Code == "" || r.Name["en"] == "" || r.Metadata == nil || r.Metadata.Version != 1 {
			t.Errorf("got %+v", r)
		}
		if got := read[api.LegacyResource](t, b, "~/resources/"+r.ID); !reflect.DeepEqual(got, r) {
			t.Errorf("alone it is %+v, in the list %+v", got, r)
		}
	}
	if len(applicable) != 4 || len(resources) != access.EntityCount || !slices.Equal(unique(applicable["read"]), resources) {
		t.Errorf("got permissions %v and resources %v", applicable, resources)
	}
	roles := map[string]int{}
	for _, r := range read[[]api.LegacyRole](t, b, "~/roles") {
		roles[r.ID] = len(r.Permissions)
		for _, p := range r.Permissions {
			if slices.ContainsFunc(p.Resources, func(id string) bool { return !slices.Contains(applicable[p.ID], id) }) || len(p.Resources) == 0 {
				t.Errorf("%s: permission %s has resources that it does not apply to: %v", r.ID, p.ID, p.Resources)
			}
		}
		if got := read[api.LegacyRole](t, b, "~/roles/"+r.ID); !reflect.DeepEqual(got, r) {
			t.Errorf("alone it is %+v, in the list %+v", got, r)
		}
	}
	if want := map[string]int{viewerRole: 1, "editor": 2, managerRole: 3, "administrator": 4}; !reflect.DeepEqual(roles, want) {
		t.Errorf("got roles %v, want %v", roles, want)
	}
}

func TestLegacy_lists(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	missing := func(id string) string {
		return `{"code": 404, "status": "Not Found", "message": "` + anyText + `", "resourceId": "` + id + `", "details": ["` + anyText + `"]}`
	}
	b.play(
		t,
		exchange{name: "in the order of ids", path: "~/roles", status: 200, want: `[{"id": "` + viewerRole + `"}, {"id": "` + managerRole + `"}, {"id": "administrator"}, {"id": "editor"}]`},
		exchange{name: "sorted", path: "~/roles?sort=name.en:desc&pageSize=1", status: 200, want: `[{"id": "` + viewerRole + `", "name": {"en": "Viewer"}}]`},
		exchange{name: "by name", path: "~/permissions?name=ADMIN", status: 200, want: `[{"id": "administrate", "code": "administrate"}]`},
		exchange{name: "by description", path: "~/permissions?description=a", status: 200, want: `[]`},
		exchange{name: "by date", path: "~/resources?metadataModifiedAt=2026-01-31&name=catalogs", status: 200, want: `[{"id": "` + catalogOf + `", "code": "catalog.catalog"}]`},
		exchange{name: "by a later date", path: "~/resources?metadataModifiedAt=2026-02-01", status: 200, want: `[]`},
		exchange{name: "one language", path: "~/resources?name=system", header: map[string]string{"Accept-Language": "de"}, status: 200, want: `[{"id": "` + configuration + `", "code": "configuration.configuration", "name": "System Preferences"}]`},
		exchange{name: "no such role", path: "~/roles/nothing", status: 404, want: missing("nothing")},
		exchange{name: "no such permission", path: "~/permissions/nothing", status: 404, want: missing("nothing")},
		exchange{name: "no such resource", path: "~/resources/nothing", status: 404, want: missing("nothing")},
	)
}

// Access controls say what they were, and on request with all of it.
func TestLegacy_controls(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	plain := `"role": "` + absent + `", "resource": "` + absent + `"`
	role := `"role": {"id": "` + managerRole + `", "permissions": [{"id": "read"}, {"id": "edit"}, {"id": "manage"}]}`
	resource := `"resource": {"id": "` + catalogOf + `", "code": "catalog.catalog", "name": {"en": "Catalogs"}}`
	const catalogsManager = "4ac869fc-d548-4ec8-8e06-c01491314113"
	ids := `"id": "` + catalogsManager + `", "roleId": "` + managerRole + `", "resourceId": "` + catalogOf + `"`
	b.create(t, "~/groups", `{"id": "g", "name": {"en": "x"}, "accessControls": ["`+catalogsManager+`", "`+formsEditor+`"]}`)
	user := b.create(t, "~/users", person("anna@acme.example", "g"))
	one := "~/access-controls/" + catalogsManager
	b.play(
		t,
		exchange{name: "plain", path: one, status: 200, want: `{` + ids + `, ` + plain + `}`},
		exchange{name: "with its role", path: one + "?expand=role", status: 200, want: `{` + ids + `, ` + role + `, "resource": "` + absent + `"}`},
		exchange{name: "with its resource", path: one + "?expand=resource", status: 200, want: `{` + ids + `, ` + resource + `, "role": "` + absent + `"}`},
		exchange{name: "with both", path: one + "?expand=role,resource", status: 200, want: `{` + ids + `, ` + role + `, ` + resource + `}`},
		exchange{name: "with both, turned around", path: one + "?expand=resource,role", status: 200, want: `{` + ids + `, ` + role + `, ` + resource + `}`},
		exchange{name: "no other expansion", path: one + "?expand=everything", status: 200, want: `{` + ids + `, ` + plain + `}`},
		exchange{name: "of customers", path: "~/access-controls/" + customersOrders, status: 200, want: `{"roleId": "` + absent + `", "resourceId": "` + absent + `"}`},
		exchange{name: "of a resource", path: "~/access-controls?resourceId=" + catalogOf + "&expand=role", header: total, status: 200, want: `[{"roleId": "` + viewerRole + `", "role": {"id": "` + viewerRole + `"}}, {` + ids + `}]`, wantHeader: totalIs("2")},
		exchange{name: "of a role and a resource", path: "~/access-controls?roleId=" + managerRole + "&resourceId=" + catalogOf, status: 200, want: `[{` + ids + `}]`},
		exchange{name: "of no role", path: "~/access-controls?roleId=nothing", status: 200, want: `[]`},
		exchange{name: "of a group", path: "~/groups/g/access-controls?expand=resource", status: 200, want: `[{` + ids + `, ` + resource + `}, {"roleId": "editor", "resource": {"code": "oe.forms"}}]`},
		exchange{name: "of a user", path: "~/users/" + user + "/access-controls?expand=role", status: 200, want: `[{` + ids + `, ` + role + `}, {"resourceId": "forms", "role": {"id": "editor"}}]`},
		exchange{name: "filters are for all access controls only", path: "~/users/" + user + "/access-controls?roleId=editor", status: 200, want: `[{` + ids + `}, {"roleId": "editor"}]`},
	)
}

// What a user has on one resource.
func TestLegacy_userOn(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.create(t, "~/groups", `{"id": "own", "name": {"en": "x"}, "accessControls": ["`+ordersViewer+`", "`+formsEditor+`"]}`)
	b.create(t, "~/groups", `{"id": "viewers", "name": {"en": "x"}, "accessControls": ["`+ordersManager+`"], "templates": ["viewer"]}`)
	anna := b.create(t, "~/users", person("anna@acme.example", "own", "viewers"))
	idle := b.create(t, "~/users", person("idle@acme.example"))
	controls, permissions := "~/users/"+anna+"/access-controls/", "~/users/"+anna+"/permissions/"
	b.play(
		t,
		exchange{name: "access controls", path: controls + "orders?expand=role", status: 200, want: `[{"id": "` + ordersViewer + `", "role": {"id": "` + viewerRole + `"}}, {"id": "` + ordersManager + `"}]`},
		exchange{name: "of a template", path: controls + catalogOf, status: 200, want: `[{"roleId": "` + viewerRole + `"}]`},
		exchange{name: "none", path: controls + "task_inbox", status: 200, want: `[]`},
		exchange{name: "of an unknown resource", path: controls + "nothing", status: 404, want: `{"code": 404, "resourceId": "nothing"}`},
		exchange{name: "of nobody", path: "~/users/nobody/access-controls/orders", status: 404, want: userNotFound("nobody")},
		exchange{name: "of the idle", path: "~/users/" + idle + "/access-controls/orders", status: 200, want: `[]`},

		exchange{name: "permissions", path: permissions + "orders", status: 200, want: `[{"code": "read", "name": {"en": "Read"}}, {"code": "manage"}]`},
		exchange{name: "permissions of a template", path: permissions + catalogOf, status: 200, want: `[{"code": "read"}]`},
		exchange{name: "permissions in the Orchestration Engine", path: permissions + "forms", status: 200, want: `[{"code": "read"}, {"code": "edit"}]`},
		exchange{name: "no permissions", path: permissions + "task_inbox", status: 200, want: `[]`},
		exchange{name: "permissions on what is unknown", path: permissions + "nothing", status: 200, want: `[]`},
		exchange{name: "permissions of nobody", path: "~/users/nobody/permissions/orders", status: 200, want: `[]`},
		exchange{name: "lock", method: "PUT", path: "~/users/" + anna + "/lock", status: 204},
		exchange{name: "permissions of the locked", path: permissions + "orders", status: 200, want: `[]`},
	)
}

// Without the old model its paths are unknown, and nothing speaks of it.
func TestLegacy_leftOut(t *testing.T) {
	t.Parallel()
	sound := newBackend(t)
	b := over(t, sound, server.Options{Store: sound.store, NoLegacy: true, Now: newClock().Now})
	for _, path := range []string{
		"~/roles", "~/roles/" + viewerRole, "~/permissions", "~/permissions/read", "~/resources", "~/resources/orders",
		"~/users/u/access-controls/orders", "~/users/u/permissions/orders",
	} {
		b.check(t, exchange{path: path, status: 404, want: `{"code": 404, "message": "Unknown path"}`})
	}
	never := `"roleId": "` + absent + `", "resourceId": "` + absent + `", "role": "` + absent + `", "resource": "` + absent + `"`
	b.play(
		t,
		exchange{name: "one", path: "~/access-controls/" + ordersViewer + "?expand=role,resource", status: 200, want: `{"id": "` + ordersViewer + `", ` + never + `}`},
		exchange{name: "filter", path: "~/access-controls?roleId=nothing&q=id:" + ordersViewer, status: 200, want: `[{"id": "` + ordersViewer + `", ` + never + `}]`},
	)
}
