package server_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// fullControl is the body of an access control with every member that a PUT
// can set.
func fullControl() string {
	return `{
		"name": {"en": "Export", "de": "Ausfuhr"}, "description": {"en": "Exports orders"}, "domains": ["export", "order"],
		"scopes": ["s", "order.order_read"]
	}`
}

// withScopes makes scopes of the tenant's own.
func (b *backend) withScopes(t testing.TB, ids ...string) {
	t.Helper()
	for _, id := range ids {
		b.check(t, exchange{method: "PUT", path: "~/scopes/" + id, body: `{}`, status: 201, want: `{"id": "` + id + `"}`})
	}
}

func TestControlPut_life(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.withScopes(t, "s")
	notFound := `{"code": 404, "status": "Not Found", "message": "` + anyText + `", "resourceId": "export", "details": ["` + anyText + `"]}`
	full := with(fullControl(), map[string]any{"restrictedTo": "EMPLOYEE"})
	b.play(
		t,
		exchange{name: "none", path: "~/access-controls/export", status: 404, want: notFound},
		exchange{name: "create", method: "PUT", path: "~/access-controls/export", body: with(full, map[string]any{"metadata": map[string]any{"version": 9}}), status: 201, want: `{"id": "export"}`},
		exchange{name: "read", path: "~/access-controls/export", status: 200, want: with(full, map[string]any{
			"id": "export", "predefined": false, "restrictionAware": false, "vendorAware": false,
			"metadata": map[string]any{"version": 1, "createdAt": anyText, "modifiedAt": absent},
		})},
		exchange{name: "listed", path: "~/access-controls?q=predefined:false", status: 200, want: "[" + full + "]"},
		exchange{name: "update", method: "PUT", path: "~/access-controls/export", body: `{"scopes": ["site.site_read"]}`, status: 204},
		exchange{name: "replaced", path: "~/access-controls/export", status: 200, want: `{
			"id": "export", "name": "` + absent + `", "description": "` + absent + `", "domains": "` + absent + `", "scopes": ["site.site_read"],
			"restrictedTo": "EMPLOYEE", "metadata": {"version": 2, "modifiedAt": "` + anyText + `"}}`},
		exchange{name: "surplus members and nulls", method: "PUT", path: "~/access-controls/export", status: 204, body: `{
			"id": "x", "roleId": "manage", "resourceId": 5, "predefined": true, "restrictionAware": true, "vendorAware": true, "scopes": ["s"],
			"name": null, "description": null, "domains": null, "restrictedTo": null, "metadata": {"version": null}}`},
		exchange{name: "nothing of them", path: "~/access-controls/export", status: 200, want: `{"id": "export", "predefined": false, "restrictionAware": false, "vendorAware": false, "restrictedTo": "EMPLOYEE"}`},
		exchange{name: "another by its case", method: "PUT", path: "~/access-controls/Export", body: `{"scopes": ["s"]}`, status: 201, want: `{"id": "Export"}`},
		exchange{name: "delete", method: "DELETE", path: "~/access-controls/export", status: 204},
		exchange{name: "gone", path: "~/access-controls/export", status: 404, want: notFound},
		exchange{name: "not deleted again", method: "DELETE", path: "~/access-controls/export", status: 404, want: notFound},
		exchange{name: "another type the next time", method: "PUT", path: "~/access-controls/export", body: `{"scopes": ["s"], "restrictedTo": "CUSTOMER"}`, status: 201, want: `{"id": "export"}`},
	)
}

// Invalid access controls, at creation and in a change.
func TestControlPut_refused(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.withScopes(t, "s", "gone")
	b.check(t, exchange{method: "PUT", path: "~/access-controls/c", body: `{"scopes": ["s"], "restrictedTo": "EMPLOYEE"}`, status: 201, want: `{"id": "c"}`})
	b.check(t, exchange{method: "PUT", path: "~/access-controls/free", body: `{"scopes": ["s"]}`, status: 201, want: `{"id": "free"}`})
	b.check(t, exchange{method: "DELETE", path: "~/scopes/gone", status: 204})
	before := read[[]api.AccessControl](t, b, "~/access-controls?pageSize=1000")
	violated := func(id string) string {
		return `{"code": 400, "status": "Constraint validation failed", "message": "` + anyText + `", "resourceId": "` + id + `"}`
	}
	malformed := `{"code": 400, "status": "Bad Request", "message": "` + anyText + `", "resourceId": "` + absent + `"}`
	for _, c := range []struct{ name, body, want string }{
		{"no scopes", `{"name": {"en": "x"}}`, `{"code": 400, "status": "Bad Request", "details": ["Required member is missing: scopes"]}`},
		{"scopes are null", `{"scopes": null}`, malformed},
		{"an empty list of scopes", `{"scopes": []}`, malformed},
		{"a scope twice", `{"scopes": ["s", "order.order_read", "s"]}`, malformed},
		{"scopes are a text", `{"scopes": "s"}`, malformed},
		{"an unknown scope", `{"scopes": ["s", "wat.wat"]}`, violated("wat.wat")},
		{"a deleted scope", `{"scopes": ["gone"]}`, violated("gone")},
		{"a scope in another case", `{"scopes": ["S"]}`, violated("S")},
		{"a deprecated scope", `{"scopes": ["iam.group_create"]}`, violated("iam.group_create")},
		{"a scope with a restriction", `{"scopes": ["order.order_read--DE"]}`, violated("order.order_read--DE")},
		{"another user type", `{"scopes": ["s"], "restrictedTo": "ROBOT"}`, violated(anyText)},
		{"user type in lower case", `{"scopes": ["s"], "restrictedTo": "employee"}`, violated(anyText)},
		{"name is a text", `{"scopes": ["s"], "name": "x"}`, malformed},
		{"language that the tenant lacks", `{"scopes": ["s"], "description": {"pl": "x"}}`, `{"code": 400, "details": ["` + anyText + `"]}`},
		{"domains are a text", `{"scopes": ["s"], "domains": "d"}`, malformed},
		{"more metadata than a version", `{"scopes": ["s"], "metadata": {"version": 1, "createdAt": "2026-01-31T12:00:00Z"}}`, `{"code": 400, "details": ["metadata has createdAt: only version is allowed"]}`},
		{"version is a text", `{"scopes": ["s"], "metadata": {"version": "1"}}`, malformed},
		{"no object", `[]`, malformed},
	} {
		b.play(
			t,
			exchange{name: "make: " + c.name, method: "PUT", path: "~/access-controls/fresh", body: c.body, status: 400, want: c.want},
			exchange{name: "change: " + c.name, method: "PUT", path: "~/access-controls/c", body: c.body, status: 400, want: c.want},
		)
	}
	b.play(
		t,
		exchange{name: "another user type than before", method: "PUT", path: "~/access-controls/c", body: `{"scopes": ["s"], "restrictedTo": "CUSTOMER"}`, status: 400, want: violated("c")},
		exchange{name: "a user type where there was none", method: "PUT", path: "~/access-controls/free", body: `{"scopes": ["s"], "restrictedTo": "EMPLOYEE"}`, status: 400, want: violated("free")},
		exchange{name: "predefined", method: "PUT", path: "~/access-controls/" + ordersViewer, body: `{"scopes": ["s"]}`, status: 400, want: violated(ordersViewer)},
		exchange{name: "predefined, deleted", method: "DELETE", path: "~/access-controls/" + ordersViewer, status: 400, want: violated(ordersViewer)},
	)
	for _, id := range []string{"two%20words", "%C3%A4", "a%23b", "a%2Fb", "a%25b", "%22", strings.Repeat("x", 67)} {
		b.play(t, exchange{name: "id " + id, method: "PUT", path: "~/access-controls/" + id, body: `{"scopes": ["s"]}`, status: 400, want: violated(anyText)})
	}
	if after := read[[]api.AccessControl](t, b, "~/access-controls?pageSize=1000"); !reflect.DeepEqual(after, before) {
		t.Errorf("the access controls were %+v, and are %+v", before, after)
	}
	for _, id := range []string{"a", "A-b_c.d", strings.Repeat("x", 66), "..."} {
		b.play(t, exchange{name: "good id " + id, method: "PUT", path: "~/access-controls/" + id, body: `{"scopes": ["s"]}`, status: 201, want: `{"id": "` + id + `"}`})
	}
}

// The user type stays where it is left out or repeated.
func TestControlPut_restrictedToKept(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.play(
		t,
		exchange{name: "made", method: "PUT", path: "~/access-controls/c", body: `{"scopes": ["order.order_read"], "restrictedTo": "CUSTOMER"}`, status: 201, want: `{"id": "c"}`},
		exchange{name: "left out", method: "PUT", path: "~/access-controls/c", body: `{"scopes": ["order.order_read"]}`, status: 204},
		exchange{name: "the same", method: "PUT", path: "~/access-controls/c", body: `{"scopes": ["order.order_read"], "restrictedTo": "CUSTOMER"}`, status: 204},
		exchange{name: "kept", path: "~/access-controls/c", status: 200, want: `{"restrictedTo": "CUSTOMER", "metadata": {"version": 3}}`},
		exchange{name: "not for employees", method: "POST", path: "~/groups", body: `{"name": {"en": "x"}, "accessControls": ["c"]}`, status: 400, want: `{"resourceId": "c"}`},
		exchange{name: "for customers", method: "PUT", path: "~/groups/g", body: `{"name": {"en": "x"}, "userType": "CUSTOMER", "accessControls": ["c"]}`, status: 201, want: `{"id": "g"}`},
	)
}

// A control whose scopes are all vendors' is vendor-aware, for as long as they
// are.
func TestControlPut_vendorAware(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.withScopes(t, "own_by_vendor")
	for _, c := range []struct {
		scopes string
		status int
		want   bool
	}{
		{`["order.order_read_by_vendor", "own_by_vendor"]`, 201, true},
		{`["order.order_read_by_vendor", "order.order_read"]`, 204, false},
		{`["media.asset_read_by_vendor"]`, 204, true},
	} {
		got := b.send(t, exchange{method: "PUT", path: "~/access-controls/c", body: `{"scopes": ` + c.scopes + `}`})
		if got.status != c.status {
			t.Fatalf("%s: got %d %s", c.scopes, got.status, got.body)
		}
		if control := read[api.AccessControl](t, b, "~/access-controls/c"); control.VendorAware != c.want {
			t.Errorf("%s: vendor-aware is %t", c.scopes, control.VendorAware)
		}
	}
}

// Scopes and domains keep the given order, and of repeated domains the first.
func TestControlPut_order(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.withScopes(t, "z", "a")
	b.play(
		t,
		exchange{name: "make", method: "PUT", path: "~/access-controls/c", body: `{"scopes": ["z", "iam.user_read", "a"], "domains": ["y", "b", "y", "a"]}`, status: 201, want: `{"id": "c"}`},
		exchange{name: "read", path: "~/access-controls/c", status: 200, want: `{"scopes": ["z", "iam.user_read", "a"], "domains": ["y", "b", "a"]}`},
	)
}

func TestControlPut_version(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	put := func(name, metadata string, status int) exchange {
		e := exchange{name: name, method: "PUT", path: "~/access-controls/c", body: `{"scopes": ["iam.user_read"]` + metadata + `}`, status: status}
		switch status {
		case 201:
			e.want = `{"id": "c"}`
		case 409:
			e.want = `{"code": 409, "status": "Conflict", "message": "` + anyText + `", "resourceId": "c", "details": ["` + anyText + `"]}`
		}
		return e
	}
	b.play(
		t,
		put("new", `, "metadata": {"version": 7}`, 201),
		put("matches", `, "metadata": {"version": 1}`, 204),
		put("old", `, "metadata": {"version": 1}`, 409),
		put("not there yet", `, "metadata": {"version": 3}`, 409),
		put("no version", `, "metadata": {}`, 204),
		put("metadata is null", `, "metadata": null`, 204),
		put("no metadata", ``, 204),
		exchange{name: "counted", path: "~/access-controls/c", status: 200, want: `{"metadata": {"version": 5, "modifiedAt": "` + anyText + `"}}`},
	)
	for version := 5; version <= 10; version++ { // of two changes to one version exactly one wins
		change := put("", fmt.Sprintf(`, "metadata": {"version": %d}`, version), 0)
		if counts := b.together(t, change, change); counts[204] != 1 || counts[409] != 1 {
			t.Fatalf("version %d: got %v, want one 204 and one 409", version, counts)
		}
	}
}

// A PUT makes or changes the access control, whoever makes or deletes it
// meanwhile.
func TestControlPut_meanwhile(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	put := exchange{method: "PUT", path: "~/access-controls/c", body: `{"scopes": ["iam.user_read"]}`}
	remove := exchange{method: "DELETE", path: "~/access-controls/c"}
	for range 5 {
		if counts := b.together(t, put, put, put); counts[201] != 1 || counts[204] != 2 {
			t.Fatalf("PUTs of a new one: got %v, want one 201 and two 204", counts)
		}
		if counts := b.together(t, put, remove, put); counts[201]+counts[204] != 3 {
			t.Fatalf("PUTs and a DELETE: got %v, want 201 and 204 only", counts)
		}
		b.send(t, remove)
	}
}

func TestControlDelete_carried(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.check(t, exchange{method: "PUT", path: "~/access-controls/c", body: `{"scopes": ["iam.user_read"]}`, status: 201, want: `{"id": "c"}`})
	for _, id := range []string{"one", "two"} {
		b.create(t, "~/groups", `{"id": "`+id+`", "name": {"en": "x"}, "accessControls": ["`+ordersViewer+`", "c"]}`)
	}
	b.withGroups(t, "other")
	refused := func(details string) string {
		return `{"code": 400, "status": "Constraint validation failed", "message": "` + anyText + `", "resourceId": "c", "details": [` + details + `]}`
	}
	b.play(
		t,
		exchange{name: "carried by two", method: "DELETE", path: "~/access-controls/c", status: 400, want: refused(`"Group 'one' carries it", "Group 'two' carries it"`)},
		exchange{name: "one leaves", method: "DELETE", path: "~/groups/one", status: 204},
		exchange{name: "carried by one", method: "DELETE", path: "~/access-controls/c", status: 400, want: refused(`"Group 'two' carries it"`)},
		exchange{name: "still there", path: "~/access-controls/c", status: 200, want: `{"id": "c", "metadata": {"version": 1}}`},
		exchange{name: "the other lets go", method: "PUT", path: "~/groups/two", body: `{"name": {"en": "x"}, "accessControls": ["` + ordersViewer + `"]}`, status: 204},
	)
	if err := b.store.CreateTemplate(t.Context(), store.Template{Tenant: servertest.Tenant, ID: "t", AccessControls: []string{ordersViewer, "c"}}); err != nil {
		t.Fatal(err)
	}
	b.check(t, exchange{method: "DELETE", path: "~/access-controls/c", status: 400, want: refused(`"Template 't' contains it"`)})
}

// The languages of what is written are those of groups.
func TestControlPut_language(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	for _, path := range []string{"~/access-controls/c", "~/scopes/s"} {
		b.check(t, exchange{method: "PUT", path: path, body: `{"scopes": ["iam.user_read"]}`, status: 201, want: `{}`})
	}
	for _, c := range []struct {
		language, body string
		status         int
		want           string
	}{
		{"*", `{"en": "Tea", "de": "Tee"}`, 204, `{"name": {"en": "Tea", "de": "Tee"}, "description": {"en": "Tea", "de": "Tee"}}`},
		{"de", `"Kräutertee"`, 204, `{"name": {"de": "Kräutertee", "en": "Tea"}, "description": {"de": "Kräutertee", "en": "Tea"}}`},
		{"EN", `"Herbal tea"`, 204, `{"name": {"de": "Kräutertee", "en": "Herbal tea"}, "description": {"en": "Herbal tea"}}`},
		{"*", `"Tea"`, 400, ""},
		{"pl", `"Herbata"`, 400, ""},
		{"de", `{}`, 204, `{"name": "` + absent + `", "description": "` + absent + `"}`},
	} {
		for _, path := range []string{"~/access-controls/c", "~/scopes/s"} {
			body := `{"scopes": ["iam.user_read"], "name": ` + c.body + `, "description": ` + c.body + `}`
			if got := b.send(t, exchange{method: "PUT", path: path, header: map[string]string{"Content-Language": c.language}, body: body}); got.status != c.status {
				t.Errorf("%s: %s under %q: got %d %s", path, c.body, c.language, got.status, got.body)
			}
			if c.want == "" {
				continue
			}
			want := c.want
			if path == "~/scopes/s" {
				want = with(want, map[string]any{"name": absent})
			}
			b.check(t, exchange{path: path, status: 200, want: want})
		}
	}
}
