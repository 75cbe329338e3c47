package server_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// Predefined access controls, by whom they are for.
const (
	ordersViewer    = servertest.OrdersViewer
	ordersManager   = "4ac869fc-d548-4ec8-8e06-c01491314143"
	catalogsViewer  = "1ac869fc-d548-4ec8-8e06-c01491314113"
	customersOrders = "2ac869fc-d548-4ec8-8e06-c01491314143"
)

// fullGroup is the body of a group with every member that a PUT can set.
func fullGroup() string {
	return `{
		"name": {"en": "Orders", "de": "Bestellungen"}, "description": {"en": "Takes orders"}, "userType": "EMPLOYEE",
		"accessControls": ["` + ordersManager + `", "` + catalogsViewer + `"], "templates": ["viewer"],
		"restrictions": ["site-1"], "b2b": {"legalEntityId": "le-1"}, "mixins": {"crm": {"level": 3}, "withheldEntities": "carts"}
	}`
}

// allowRestrictions sets the values that groups may be restricted to.
func (b *backend) allowRestrictions(t testing.TB, values ...string) {
	t.Helper()
	text, err := json.Marshal(values)
	if err != nil {
		t.Fatal(err)
	}
	b.putSetting(t, "restrictions", string(text))
}

// putSetting sets a configuration item of the tenant to a JSON value.
func (b *backend) putSetting(t testing.TB, key, value string) {
	t.Helper()
	body := `{"key": "` + key + `", "value": ` + value + `}`
	if err := b.store.PutDocument(t.Context(), store.Document{Tenant: servertest.Tenant, Kind: store.KindSetting, ID: key, Body: body}); err != nil {
		t.Fatal(err)
	}
}

func TestGroup_life(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.allowRestrictions(t, "site-1", "site-2")
	b.create(t, vendors, `{"id": "v1", "name": "Vendor"}`)
	notFound := `{"code": 404, "status": "Not Found", "message": "` + anyText + `", "resourceId": "orders", "details": ["` + anyText + `"]}`
	b.play(
		t,
		exchange{name: "none", path: "~/groups/orders", status: 404, want: notFound},
		exchange{name: "create by PUT", method: "PUT", path: "~/groups/orders", body: with(fullGroup(), map[string]any{"metadata": map[string]any{"version": 9}}), status: 201, want: `{"id": "orders"}`},
		exchange{name: "read", path: "~/groups/orders", status: 200, want: with(fullGroup(), map[string]any{
			"id": "orders", "code": absent, "vendorId": absent, "metadata": map[string]any{"version": 1, "createdAt": anyText, "modifiedAt": absent},
		})},
		exchange{name: "update", method: "PUT", path: "~/groups/orders", body: `{"name": {"fr": "Commandes"}}`, status: 204},
		exchange{name: "replaced", path: "~/groups/orders", status: 200, want: `{
			"id": "orders", "name": {"fr": "Commandes", "en": "` + absent + `"}, "userType": "EMPLOYEE", "accessControls": [], "description": "` + absent + `",
			"templates": "` + absent + `", "restrictions": "` + absent + `", "b2b": "` + absent + `", "mixins": "` + absent + `", "metadata": {"version": 2, "modifiedAt": "` + anyText + `"}}`},
		exchange{name: "delete", method: "DELETE", path: "~/groups/orders", status: 204},
		exchange{name: "gone", path: "~/groups/orders", status: 404, want: notFound},
		exchange{name: "not deleted again", method: "DELETE", path: "~/groups/orders", status: 404, want: notFound},
		exchange{name: "nor by force", method: "DELETE", path: "~/groups/orders?forceDelete=true", status: 404, want: notFound},
		exchange{name: "create by POST", method: "POST", path: "~/groups", body: with(fullGroup(), map[string]any{"id": "orders", "vendorId": "v1"}), status: 201, want: `{"id": "orders"}`},
		exchange{name: "taken", method: "POST", path: "~/groups", body: with(fullGroup(), map[string]any{"id": "orders"}), status: 409, want: `{"code": 409, "status": "Conflict", "message": "` + anyText + `", "resourceId": "orders", "details": ["` + anyText + `"]}`},
		exchange{name: "another by its case", method: "POST", path: "~/groups", body: `{"id": "Orders", "name": {"en": "Other"}}`, status: 201, want: `{"id": "Orders"}`},
		exchange{name: "vendor of the start", path: "~/groups/orders", status: 200, want: with(fullGroup(), map[string]any{"vendorId": "v1"})},
		exchange{
			name: "surplus members", method: "PUT", path: "~/groups/orders", status: 204,
			body: `{"id": "x", "code": 5, "vendorId": "v2", "name": {"en": "Orders"}, "metadata": {"version": 1, "createdAt": "2020-01-01", "mixins": {"a": "b"}}, "predefined": true}`,
		},
		exchange{name: "vendor stays", path: "~/groups/orders", status: 200, want: `{"id": "orders", "code": "` + absent + `", "vendorId": "v1", "name": {"en": "Orders"}}`},
	)
	made := b.create(t, "~/groups", `{"name": {"en": "Unnamed"}, "accessControls": null, "templates": null, "restrictions": null, "userType": null, "b2b": null, "mixins": null}`)
	if made != strings.ToLower(made) || len(made) != 36 {
		t.Errorf("the id made is %q, want a lower-case UUID", made)
	}
	b.check(t, exchange{path: "~/groups/" + made, status: 200, want: `{"userType": "EMPLOYEE", "accessControls": []}`})
}

// Invalid groups, at creation and in a change.
func TestGroup_refused(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.allowRestrictions(t, "site-1")
	b.withGroups(t, "sales")
	b.create(t, "~/groups", `{"id": "shoppers", "name": {"en": "Shoppers"}, "userType": "CUSTOMER"}`)
	before := read[[]api.Group](t, b, "~/groups")
	violated := func(id string) string {
		return `{"code": 400, "status": "Constraint validation failed", "message": "` + anyText + `", "resourceId": "` + id + `"}`
	}
	malformed := `{"code": 400, "status": "Bad Request", "message": "` + anyText + `", "resourceId": "` + absent + `"}`
	type c struct{ name, body, want string }
	both := []c{
		{"no name", `{}`, `{"code": 400, "status": "Bad Request", "details": ["Required member is missing: name"]}`},
		{"name is null", `{"name": null}`, malformed},
		{"name without text", `{"name": {}}`, malformed},
		{"name is a list", `{"name": ["Sales"]}`, malformed},
		{"unknown access control", `{"name": {"en": "x"}, "accessControls": ["` + ordersViewer + `", "nothing"]}`, violated("nothing")},
		{"unknown template", `{"name": {"en": "x"}, "templates": ["viewer", "emperor"]}`, violated("emperor")},
		{"template in another case", `{"name": {"en": "x"}, "templates": ["Viewer"]}`, violated("Viewer")},
		{"customers' access control", `{"name": {"en": "x"}, "accessControls": ["` + customersOrders + `"]}`, violated(customersOrders)},
		{"restriction not configured", `{"name": {"en": "x"}, "restrictions": ["site-1", "site-2"]}`, violated("sales")},
		{"user type", `{"name": {"en": "x"}, "userType": "ROBOT"}`, violated("sales")},
		{"access control is a number", `{"name": {"en": "x"}, "accessControls": [5]}`, malformed},
		{"mixins are a text", `{"name": {"en": "x"}, "mixins": "text"}`, malformed},
		{"mixins with a number beyond all", `{"name": {"en": "x"}, "mixins": {"a": [1e999]}}`, malformed},
		{"version is a text", `{"name": {"en": "x"}, "metadata": {"version": "1"}}`, malformed},
	}
	for _, c := range both {
		b.play(t, exchange{name: "put: " + c.name, method: "PUT", path: "~/groups/sales", body: c.body, status: 400, want: c.want})
	}
	for _, c := range both[:len(both)-1] { // a new group has no metadata to read
		body := c.body
		if c.name != "no name" {
			body = strings.Replace(body, "{", `{"id": "fresh", `, 1)
		}
		b.play(t, exchange{name: "post: " + c.name, method: "POST", path: "~/groups", body: body, status: 400, want: strings.ReplaceAll(c.want, `"sales"`, `"fresh"`)})
	}
	customers := `{"name": {"en": "x"}, "accessControls": ["` + ordersViewer + `"]}`
	b.play(
		t,
		exchange{name: "employees' access control", method: "PUT", path: "~/groups/shoppers", body: customers, status: 400, want: violated(ordersViewer)},
		exchange{name: "type of a group changes", method: "PUT", path: "~/groups/shoppers", body: `{"name": {"en": "x"}, "userType": "EMPLOYEE"}`, status: 400, want: violated("shoppers")},
	)
	for _, id := range []string{"two words", "ä", "a#b", "a/b", "a%b", strings.Repeat("x", 67), ".", ".."} {
		b.play(t, exchange{name: "id " + id, method: "POST", path: "~/groups", body: with(`{"name": {"en": "x"}}`, map[string]any{"id": id}), status: 400, want: violated(id)})
	}
	for _, id := range []string{"two%20words", "%C3%A4", "a%23b", "a%2Fb", "a%25b", strings.Repeat("x", 67)} {
		b.play(t, exchange{name: "path " + id, method: "PUT", path: "~/groups/" + id, body: `{"name": {"en": "x"}}`, status: 400, want: violated(anyText)})
	}
	if after := read[[]api.Group](t, b, "~/groups"); !reflect.DeepEqual(after, before) {
		t.Errorf("the groups were %+v, and are %+v", before, after)
	}
	for _, id := range []string{"a", "A-b_c.d", strings.Repeat("x", 66), "..."} {
		b.play(t, exchange{name: "good id " + id, method: "PUT", path: "~/groups/" + id, body: `{"name": {"en": "x"}}`, status: 201, want: `{"id": "` + id + `"}`})
	}
}

// A PUT without userType keeps the type, since a left-out type reads like
// EMPLOYEE.
func TestGroup_userTypeKept(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.create(t, "~/groups", `{"id": "shoppers", "name": {"en": "Shoppers"}, "userType": "CUSTOMER", "accessControls": ["`+customersOrders+`"]}`)
	b.play(
		t,
		exchange{name: "left out", method: "PUT", path: "~/groups/shoppers", body: `{"name": {"en": "Shoppers"}, "accessControls": ["` + customersOrders + `"]}`, status: 204},
		exchange{name: "null", method: "PUT", path: "~/groups/shoppers", body: `{"name": {"en": "Shoppers"}, "userType": null}`, status: 204},
		exchange{name: "the same", method: "PUT", path: "~/groups/shoppers", body: `{"name": {"en": "Shoppers"}, "userType": "CUSTOMER"}`, status: 204},
		exchange{name: "kept", path: "~/groups/shoppers", status: 200, want: `{"userType": "CUSTOMER", "accessControls": [], "metadata": {"version": 4}}`},
	)
}

// Lists keep the given order, and of repeats the first.
func TestGroup_order(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.allowRestrictions(t, "a", "b", "c")
	body := fmt.Sprintf(`{"name": {"en": "x"}, "accessControls": [%[1]q, %[2]q, %[1]q], "templates": ["viewer", "admin", "viewer"], "restrictions": ["c", "a", "c", "b"]}`, ordersManager, catalogsViewer)
	want := fmt.Sprintf(`{"accessControls": [%q, %q], "templates": ["viewer", "admin"], "restrictions": ["c", "a", "b"]}`, ordersManager, catalogsViewer)
	b.play(
		t,
		exchange{name: "create", method: "PUT", path: "~/groups/g", body: body, status: 201, want: `{"id": "g"}`},
		exchange{name: "created", path: "~/groups/g", status: 200, want: want},
		exchange{name: "update", method: "PUT", path: "~/groups/g", body: body, status: 204},
		exchange{name: "updated", path: "~/groups/g", status: 200, want: want},
	)
	b.allowRestrictions(t, "a")
	b.play(
		t,
		exchange{name: "kept though no longer allowed", path: "~/groups/g", status: 200, want: want},
		exchange{name: "refused when written", method: "PUT", path: "~/groups/g", body: body, status: 400, want: `{"resourceId": "g"}`},
	)
}

func TestGroup_version(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.withGroups(t, "sales")
	put := func(name, metadata string, status int) exchange {
		e := exchange{name: name, method: "PUT", path: "~/groups/sales", body: `{"name": {"en": "x"}` + metadata + `}`, status: status}
		if status == 409 {
			e.want = `{"code": 409, "status": "Conflict", "message": "` + anyText + `", "resourceId": "sales", "details": ["` + anyText + `"]}`
		}
		return e
	}
	b.play(
		t,
		put("matches", `, "metadata": {"version": 1}`, 204),
		put("old", `, "metadata": {"version": 1}`, 409),
		put("not there yet", `, "metadata": {"version": 3}`, 409),
		put("zero", `, "metadata": {"version": 0}`, 409),
		put("negative", `, "metadata": {"version": -1}`, 409),
		put("metadata without version", `, "metadata": {"createdAt": "2020-01-01T00:00:00Z"}`, 204),
		put("metadata is null", `, "metadata": null`, 204),
		put("version is null", `, "metadata": {"version": null}`, 204),
		put("no metadata", ``, 204),
		exchange{name: "counted", path: "~/groups/sales", status: 200, want: `{"metadata": {"version": 6, "createdAt": "` + anyText + `", "modifiedAt": "` + anyText + `"}}`},
	)
}

func TestGroup_deleteWithMembers(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.withGroups(t, "sales")
	id := b.create(t, "~/users", person("anna@acme.example", "sales"))
	without := bearer(b.issue(t, servertest.Tenant, api.ScopeGroupManage))
	refused := `{"code": 404, "status": "Bad Request", "message": "` + anyText + `", "resourceId": "sales", "details": ["` + anyText + `"]}`
	b.play(
		t,
		exchange{name: "has members", method: "DELETE", path: "~/groups/sales", status: 400, want: refused},
		exchange{name: "not forced", method: "DELETE", path: "~/groups/sales?forceDelete=false", header: without, status: 400, want: refused},
		exchange{name: "neither true nor false", method: "DELETE", path: "~/groups/sales?forceDelete=yes", status: 400, want: `{"code": 400, "status": "Bad Request"}`},
		exchange{
			name: "forced without iam.assignment_manage", method: "DELETE", path: "~/groups/sales?forceDelete=true", header: without, status: 403,
			want: `{"code": 403, "status": "Forbidden", "message": "` + anyText + `", "resourceId": "` + absent + `", "details": ["Required scope(s): [iam.assignment_manage]"]}`,
		},
		exchange{name: "still a member", path: "~/users/" + id, status: 200, want: `{"groupIds": ["sales"]}`},
		exchange{name: "forced", method: "DELETE", path: "~/groups/sales?forceDelete=True", status: 204},
		exchange{name: "gone", path: "~/groups/sales", status: 404, want: `{"resourceId": "sales"}`},
		exchange{name: "no member", path: "~/users/" + id, status: 200, want: `{"groupIds": []}`},
	)
}

// Predefined groups are as they are; who is in them is not.
func TestGroup_predefined(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	user := b.create(t, "~/users", person("anna@acme.example"))
	for _, g := range access.PredefinedGroups() {
		path := "~/groups/" + g.ID
		refused := `{"code": 400, "status": "Constraint validation failed", "message": "` + anyText + `", "resourceId": "` + g.ID + `"}`
		member := path + "/users/" + string(g.UserType) + "/" + user
		b.play(
			t,
			exchange{name: g.Name + ": change", method: "PUT", path: path, body: `{"name": {"en": "Mine"}, "metadata": {"version": 1}}`, status: 400, want: refused},
			exchange{name: g.Name + ": delete", method: "DELETE", path: path, status: 400, want: refused},
			exchange{name: g.Name + ": force", method: "DELETE", path: path + "?forceDelete=true", status: 400, want: refused},
			exchange{name: g.Name + ": join", method: "PUT", path: member, status: 201, want: `{"id": "` + anyText + `"}`},
			exchange{name: g.Name + ": leave", method: "DELETE", path: path + "/users/" + user, status: 204},
			exchange{name: g.Name + ": as made", path: path, status: 200, want: `{"name": {"en": "` + g.Name + `"}, "metadata": {"version": 1}}`},
		)
	}
}

func TestGroup_ofUser(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.withGroups(t, "sales", "support", "idle")
	id := b.create(t, "~/users", person("anna@acme.example", "support", "sales"))
	missing := b.send(t, exchange{path: "~/users/" + id + "/groups/idle"})
	if text := string(missing.body); !strings.Contains(text, id) || !strings.Contains(text, "idle") {
		t.Errorf("the details name neither user nor group: %s", text)
	}
	b.play(
		t,
		exchange{name: "all", path: "~/users/" + id + "/groups", status: 200, want: `[{"id": "sales", "name": {"en": "Group sales"}, "metadata": {"version": 1}}, {"id": "support"}]`},
		exchange{name: "one", path: "~/users/" + id + "/groups/support", status: 200, want: `{"id": "support", "name": {"en": "Group support"}, "accessControls": []}`},
		exchange{name: "not a member", path: "~/users/" + id + "/groups/idle", status: 404, want: `{"code": 404, "status": "Not Found", "message": "` + anyText + `", "resourceId": "idle", "details": ["` + anyText + `"]}`},
		exchange{name: "unknown group", path: "~/users/" + id + "/groups/nowhere", status: 404, want: `{"resourceId": "nowhere"}`},
		exchange{name: "unknown user", path: "~/users/nobody/groups", status: 200, want: `[]`},
		exchange{name: "group of an unknown user", path: "~/users/nobody/groups/sales", status: 404, want: `{"resourceId": "sales"}`},
		exchange{name: "leave all", method: "DELETE", path: "~/users/" + id + "/groups", status: 204},
		exchange{name: "left all", path: "~/users/" + id + "/groups", status: 200, want: `[]`},
		exchange{name: "leave none", method: "DELETE", path: "~/users/" + id + "/groups", status: 204},
		exchange{name: "leave as nobody", method: "DELETE", path: "~/users/nobody/groups", status: 204},
	)
}

func TestGroup_toWire(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	made := time.Date(2026, 2, 3, 4, 5, 6, 7e6, time.UTC)
	record := store.Group{
		Tenant: servertest.Tenant, ID: "full", Name: map[string]string{"en": "Buyers", "de": "Einkäufer"},
		Description: map[string]string{"fr": "Achètent"}, Code: "BUYER", UserType: "CUSTOMER", VendorID: "v1", LegalEntityID: "le-1",
		AccessControls: []string{customersOrders}, Templates: []string{"viewer"}, Restrictions: []string{"site-1"},
		Mixins: `{"crm":{"level":3}}`, Predefined: true, Version: 1, CreatedAt: made, ModifiedAt: made.Add(time.Hour),
	}
	noZero(t, record)
	if err := b.store.CreateGroup(t.Context(), record); err != nil {
		t.Fatal(err)
	}
	want := api.Group{
		ID: "full", Name: api.Text{"en": "Buyers", "de": "Einkäufer"}, Description: api.Text{"fr": "Achètent"}, Code: "BUYER",
		UserType: access.Customer, VendorID: "v1", AccessControls: []string{customersOrders}, Templates: []string{"viewer"},
		Restrictions: []string{"site-1"}, B2B: &api.B2B{LegalEntityID: "le-1"}, Mixins: map[string]json.RawMessage{"crm": json.RawMessage(`{"level":3}`)},
		Metadata: &api.Metadata{Version: 1, CreatedAt: "2026-02-03T04:05:06.007Z", ModifiedAt: "2026-02-03T05:05:06.007Z"},
	}
	noZero(t, want)
	if got := read[api.Group](t, b, "~/groups/full"); !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
	if list := read[[]api.Group](t, b, "~/groups?q=id:full"); len(list) != 1 || !reflect.DeepEqual(list[0], want) {
		t.Errorf("the list has it otherwise: %+v", list)
	}
}

// What a GET gave, a PUT takes back without a change.
func TestGroup_putBack(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.allowRestrictions(t, "site-1")
	b.check(t, exchange{method: "PUT", path: "~/groups/g", body: fullGroup(), status: 201, want: `{"id": "g"}`})
	read1 := b.send(t, exchange{path: "~/groups/g"})
	b.check(t, exchange{method: "PUT", path: "~/groups/g", body: string(read1.body), status: 204})
	want := with(string(read1.body), map[string]any{"metadata": map[string]any{"version": 2, "createdAt": anyText, "modifiedAt": anyText}})
	b.check(t, exchange{path: "~/groups/g", status: 200, want: want})
}

// together makes the requests at the same time and counts the statuses.
func (b *backend) together(t testing.TB, list ...exchange) map[int]int {
	t.Helper()
	statuses := make([]int, len(list))
	start := make(chan struct{})
	var running sync.WaitGroup
	for i, e := range list {
		running.Go(func() {
			<-start
			statuses[i] = b.send(t, e).status
		})
	}
	close(start)
	running.Wait()
	counts := map[int]int{}
	for _, status := range statuses {
		counts[status]++
	}
	return counts
}

// Of two changes to one version exactly one wins.
func TestGroup_changedTogether(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.withGroups(t, "sales")
	for version := 1; version <= 10; version++ {
		put := exchange{method: "PUT", path: "~/groups/sales", body: fmt.Sprintf(`{"name": {"en": "x"}, "metadata": {"version": %d}}`, version)}
		if counts := b.together(t, put, put); counts[204] != 1 || counts[409] != 1 {
			t.Fatalf("version %d: got %v, want one 204 and one 409", version, counts)
		}
	}
	b.check(t, exchange{path: "~/groups/sales", status: 200, want: `{"metadata": {"version": 11}}`})
}

// A PUT makes or changes the group, whoever makes or deletes it meanwhile.
func TestGroup_putMeanwhile(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	put := exchange{method: "PUT", path: "~/groups/sales", body: `{"name": {"en": "x"}}`}
	remove := exchange{method: "DELETE", path: "~/groups/sales"}
	for range 5 {
		if counts := b.together(t, put, put, put); counts[201] != 1 || counts[204] != 2 {
			t.Fatalf("PUTs of a new group: got %v, want one 201 and two 204", counts)
		}
		if counts := b.together(t, put, remove, put); counts[201]+counts[204] != 3 {
			t.Fatalf("PUTs and a DELETE: got %v, want 201 and 204 only", counts)
		}
		b.send(t, remove)
	}
}
