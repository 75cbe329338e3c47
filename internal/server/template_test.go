package server_test

import (
	"maps"
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

// clerk is the body of a template with every member that a PUT can set.
const clerk = `{
	"name": {"en": "Clerk", "de": "Sachbearbeiter"}, "description": {"en": "Handles returns"},
	"basedOn": "order_fulfillment_manager", "access": {"orders": "read", "sepa": "none", "carts": "none"}
}`

// putTemplate makes or replaces a template.
func (b *backend) putTemplate(t testing.TB, id, body string) {
	t.Helper()
	if got := b.send(t, exchange{method: "PUT", path: "~/templates/" + id, body: body}); got.status >= 300 {
		t.Fatalf("putting template %s: got %d %s", id, got.status, got.body)
	}
}

// withTemplates makes a template, one based on it, and one based on that.
func (b *backend) withTemplates(t testing.TB) {
	t.Helper()
	b.putTemplate(t, "base", `{"name": {"en": "Base"}, "access": {"orders": "read", "tax": "read"}}`)
	b.putTemplate(t, "middle", `{"name": {"en": "Middle"}, "basedOn": "base", "access": {"tax": "manage", "products": "read"}}`)
	b.putTemplate(t, "leaf", `{"name": {"en": "Leaf"}, "basedOn": "middle", "access": {"media": "none"}}`)
}

// gives reads the access that a template gives, from the list that everybody
// sees.
func (b *backend) gives(t testing.TB, id string) map[string]access.Level {
	t.Helper()
	list := read[[]api.Template](t, b, "~/templates")
	i := slices.IndexFunc(list, func(t api.Template) bool { return t.ID == id })
	if i < 0 {
		t.Fatalf("template %s is not in the list", id)
	}
	return list[i].Levels().Map()
}

func TestTemplate_life(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	notFound := `{"code": 404, "status": "Not Found", "message": "` + anyText + `", "resourceId": "clerk", "details": ["Template with id 'clerk' not found"]}`
	b.play(
		t,
		exchange{name: "none", path: "~/templates/clerk", status: 404, want: notFound},
		exchange{name: "create", method: "PUT", path: "~/templates/clerk", body: with(clerk, map[string]any{"metadata": map[string]any{"version": 9}}), status: 201, want: `{"id": "clerk"}`},
		exchange{name: "read", path: "~/templates/clerk", status: 200, want: with(clerk, map[string]any{
			"id": "clerk", "predefined": false, "accessControlsDocuments": absent,
			"metadata": map[string]any{"version": 1, "createdAt": anyText, "modifiedAt": absent},
		})},
		exchange{name: "listed as the public API lists templates", path: "~/templates?name=clerk", status: 200, want: `[{
			"id": "clerk", "name": {"en": "Clerk", "de": "Sachbearbeiter"},
			"basedOn": "` + absent + `", "access": "` + absent + `", "predefined": "` + absent + `", "metadata": "` + absent + `"}]`},
		exchange{name: "update", method: "PUT", path: "~/templates/clerk", body: `{"name": {"fr": "Commis"}, "access": {"tax": "read"}, "metadata": {"version": 1}}`, status: 204},
		exchange{name: "replaced", path: "~/templates/clerk", status: 200, want: `{
			"id": "clerk", "name": {"fr": "Commis", "en": "` + absent + `"}, "description": "` + absent + `", "basedOn": "` + absent + `",
			"access": {"tax": "read", "orders": "` + absent + `"}, "accessControls": ["1ac869fc-d548-4ec8-8e06-c01491314168"], "metadata": {"version": 2, "modifiedAt": "` + anyText + `"}}`},
		exchange{name: "stale", method: "PUT", path: "~/templates/clerk", body: with(clerk, map[string]any{"metadata": map[string]any{"version": 1}}), status: 409, want: `{
			"code": 409, "status": "Conflict", "message": "` + anyText + `", "resourceId": "clerk", "details": ["Its version is 2, not 1"]}`},
		exchange{name: "without levels", method: "PUT", path: "~/templates/clerk", body: `{"name": {"en": "Clerk"}, "description": null, "basedOn": "", "access": null, "metadata": null}`, status: 204},
		exchange{name: "it gives nothing", path: "~/templates/clerk", status: 200, want: `{"accessControls": [], "access": "` + absent + `"}`},
		exchange{name: "delete", method: "DELETE", path: "~/templates/clerk", status: 204},
		exchange{name: "gone", path: "~/templates/clerk", status: 404, want: notFound},
		exchange{name: "not deleted again", method: "DELETE", path: "~/templates/clerk", status: 404, want: notFound},
		exchange{name: "under one language", method: "PUT", path: "~/templates/clerk", header: map[string]string{"Content-Language": "de"}, body: `{"name": "Sachbearbeiter", "description": "Für Retouren"}`, status: 201, want: `{"id": "clerk"}`},
		exchange{name: "read under it", path: "~/templates/clerk", header: map[string]string{"Accept-Language": "de"}, status: 200, want: `{"name": "Sachbearbeiter", "description": "Für Retouren"}`},
	)
}

func TestTemplate_refused(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.withTemplates(t)
	before := read[[]api.Template](t, b, "~/templates")
	violated := func(id string, details ...string) string {
		members := map[string]any{"resourceId": id}
		if len(details) > 0 {
			members["details"] = details
		}
		return with(`{"code": 400, "status": "Constraint validation failed", "message": "`+anyText+`"}`, members)
	}
	malformed := `{"code": 400, "status": "Bad Request", "message": "` + anyText + `", "resourceId": "` + absent + `"}`
	for _, c := range []struct{ name, body, want string }{
		{"no name", `{"access": {}}`, `{"code": 400, "status": "Bad Request", "details": ["Required member is missing: name"]}`},
		{"name without text", `{"name": {}}`, malformed},
		{"unknown language", `{"name": {"pl": "x"}}`, malformed},
		{"description in an unknown language", `{"name": {"en": "x"}, "description": {"pl": "x"}}`, malformed},
		{"levels in a list", `{"name": {"en": "x"}, "access": ["orders"]}`, malformed},
		{"level is a number", `{"name": {"en": "x"}, "access": {"orders": 1}}`, malformed},
		{"every bad level is named", `{"name": {"en": "x"}, "access": {"wombats": "read", "orders": "edit", "tax": "read", "forms": null}}`, violated(
			"base",
			`forms has no level "": use one of none, read, edit, manage, administrate`,
			`orders has no level "edit": use one of none, read, manage`, anyText,
		)},
		{"unknown base", `{"name": {"en": "x"}, "basedOn": "emperor"}`, violated("emperor")},
		{"base in another case", `{"name": {"en": "x"}, "basedOn": "Viewer"}`, violated("Viewer")},
		{"based on itself", `{"name": {"en": "x"}, "basedOn": "base"}`, violated("base")},
		{"based on what is based on it", `{"name": {"en": "x"}, "basedOn": "leaf"}`, violated("base")},
	} {
		b.play(t, exchange{name: c.name, method: "PUT", path: "~/templates/base", body: c.body, status: 400, want: c.want})
	}
	for _, id := range []string{"two%20words", "%C3%A4", "a%23b", "a%2Fb", strings.Repeat("x", 67)} {
		b.play(t, exchange{name: "path " + id, method: "PUT", path: "~/templates/" + id, body: clerk, status: 400, want: violated(anyText)})
	}
	b.play(
		t,
		exchange{name: "new, and based on itself", method: "PUT", path: "~/templates/new", body: `{"name": {"en": "x"}, "basedOn": "new"}`, status: 400, want: violated("new")},
		exchange{name: "predefined", method: "PUT", path: "~/templates/viewer", body: clerk, status: 400, want: violated("viewer")},
		exchange{name: "predefined to delete", method: "DELETE", path: "~/templates/viewer", status: 400, want: violated("viewer")},
	)
	if after := read[[]api.Template](t, b, "~/templates"); !reflect.DeepEqual(after, before) {
		t.Errorf("the templates were %+v, and are %+v", before, after)
	}
}

// A template in use is not deleted, and the answer names what uses it.
func TestTemplate_inUse(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.withTemplates(t)
	b.create(t, "~/groups", `{"id": "one", "name": {"en": "x"}, "templates": ["middle", "viewer"]}`)
	b.create(t, "~/groups", `{"id": "two", "name": {"en": "x"}, "templates": ["middle"]}`)
	b.play(
		t,
		exchange{name: "in use", method: "DELETE", path: "~/templates/middle", status: 400, want: `{
			"code": 400, "status": "Constraint validation failed", "message": "Template 'middle' is still in use", "resourceId": "middle",
			"details": ["Group 'one' refers to it", "Group 'two' refers to it", "Template 'leaf' is based on it"]}`},
		exchange{name: "still there", path: "~/templates/middle", status: 200, want: `{"id": "middle"}`},
		exchange{method: "DELETE", path: "~/groups/one", status: 204},
		exchange{method: "DELETE", path: "~/groups/two", status: 204},
		exchange{method: "DELETE", path: "~/templates/leaf", status: 204},
		exchange{name: "free", method: "DELETE", path: "~/templates/middle", status: 204},
	)
}

// A template is expanded when it is used: who changes it changes what is based
// on it, however far away, and what groups that refer to these give.
func TestTemplate_passesOn(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.withTemplates(t)
	b.putTemplate(t, "apart", `{"name": {"en": "Apart"}, "basedOn": "viewer"}`)
	b.create(t, "~/groups", `{"id": "g", "name": {"en": "x"}, "templates": ["leaf"]}`)
	wantGives := func(id string, want map[string]access.Level) {
		t.Helper()
		if got := b.gives(t, id); !maps.Equal(got, want) {
			t.Errorf("%s gives %v, want %v", id, got, want)
		}
	}
	wantGives("leaf", map[string]access.Level{
		"orders": access.Read, "carts": access.Read, "tax": access.Manage, "products": access.Read, "prices": access.Read, "availability": access.Read,
	})
	b.putTemplate(t, "base", `{"name": {"en": "Base"}, "basedOn": "catalog_manager", "access": {"orders": "manage", "catalogs": "none", "categories": "none", "product_templates": "none",
		"labels": "none", "suppliers": "none", "brands": "none", "webhooks": "none"}}`)
	orders := map[string]access.Level{"orders": access.Manage, "carts": access.Manage, "tax": access.Manage, "products": access.Read, "prices": access.Read, "availability": access.Read}
	wantGives("leaf", orders)
	withMedia := maps.Clone(orders)
	withMedia["media"] = access.Read
	wantGives("middle", withMedia)

	var carried []string
	for _, c := range read[[]api.AccessControl](t, b, "~/groups/g/access-controls?pageSize=1000") {
		carried = append(carried, c.ID)
	}
	if want := access.ControlIDs(access.FromMap(orders)); !slices.Equal(unique(carried), unique(want)) {
		t.Errorf("the group carries %v, want %v", carried, want)
	}
	for id, version := range map[string]int{"base": 2, "middle": 2, "leaf": 2, "apart": 1} {
		if got := read[api.TemplateDefinition](t, b, "~/templates/"+id); got.Metadata.Version != version || (got.Metadata.ModifiedAt == "") != (version == 1) {
			t.Errorf("%s: got %+v, want version %d", id, *got.Metadata, version)
		}
	}
	// A new name passes nothing on.
	b.putTemplate(t, "middle", `{"name": {"en": "Center"}, "basedOn": "base", "access": {"tax": "manage", "products": "read"}}`)
	b.check(t, exchange{path: "~/templates/leaf", status: 200, want: `{"metadata": {"version": 2}}`})
}

// A predefined template tells what it names.
func TestTemplate_predefined(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	for _, want := range access.Templates() {
		got := read[api.TemplateDefinition](t, b, "~/templates/"+want.ID)
		levels := map[string]access.Level{}
		for entity, name := range got.Access {
			levels[entity], _ = access.ParseLevel(name)
		}
		if !got.Predefined || got.BasedOn != "" || got.Metadata.Version != 1 || !maps.Equal(levels, want.Access.Map()) || got.Levels() != access.Expand(want.Access, nil) {
			t.Errorf("%s: got %+v", want.ID, got)
		}
	}
}

func TestTemplate_toDefinition(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	made := time.Date(2026, 2, 3, 4, 5, 6, 700e6, time.UTC)
	template := store.Template{
		Tenant: servertest.Tenant, ID: "full", Name: map[string]string{"en": "All"}, Description: map[string]string{"de": "Alles"},
		AccessControls: []string{ordersViewer}, BasedOn: "viewer", Access: map[string]string{"carts": "none"}, Predefined: true, CreatedAt: made,
	}
	if err := b.store.CreateTemplate(t.Context(), template); err != nil {
		t.Fatal(err)
	}
	err := b.store.UpdateTemplate(t.Context(), servertest.Tenant, "full", func(t *store.Template) error {
		t.ModifiedAt = made.Add(time.Hour)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := api.TemplateDefinition{
		Template: api.Template{
			ID: "full", Name: api.Text{"en": "All"}, Description: api.Text{"de": "Alles"}, AccessControls: []string{ordersViewer},
		},
		BasedOn: "viewer", Access: map[string]string{"carts": "none"}, Predefined: true,
		Metadata: &api.Metadata{Version: 2, CreatedAt: "2026-02-03T04:05:06.700Z", ModifiedAt: "2026-02-03T05:05:06.700Z"},
	}
	if zero := zeroFields(want); !slices.Equal(zero, []string{"Template.Documents"}) { // only lists expand
		t.Errorf("give a value to %v", zero)
	}
	if got := read[api.TemplateDefinition](t, b, "~/templates/full"); !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
}
