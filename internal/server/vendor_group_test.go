package server_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// groupOf returns the id of the group of a vendor that is of this kind.
func (b *backend) groupOf(t testing.TB, vendor, kind string) string {
	t.Helper()
	for _, g := range b.groupsOf(t, vendor) {
		if got, ok := access.VendorGroupKind(g.AccessControls); ok && got == kind {
			return g.ID
		}
	}
	t.Fatalf("vendor %s has no group %s", vendor, kind)
	return ""
}

// Every new vendor gets its four groups once, whichever request creates it, and keeps them
// unchanged.
func TestVendorGroups_made(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.create(t, vendors, `{"id": "posted", "name": "Raw Materials"}`)
	b.check(t, exchange{method: "PUT", path: vendors + "/put", body: `{"name": "Bolts & Nuts", "type": "COMPANY"}`, status: 201, want: `{"id": "put"}`})
	b.settle(t)
	ids := func(prefix string, numbers ...string) string {
		for i, number := range numbers {
			numbers[i] = prefix + "ac869fc-d548-4ec8-8e06-c01491314" + number
		}
		return strings.Join(numbers, " ")
	}
	for id, name := range map[string]string{"posted": "Raw Materials", "put": "Bolts & Nuts"} {
		got := map[string]string{}
		for _, g := range b.groupsOf(t, id) {
			got[g.Name["en"]] = strings.Join(g.AccessControls, " ")
			if len(g.Name) != 1 || g.Description != nil || g.Code != "" || g.UserType != access.Employee || g.Templates != nil || g.Metadata.Version != 1 {
				t.Errorf("got %+v", g)
			}
		}
		want := map[string]string{
			// Products with prices, availability and media.
			name + " Vendor Product Manager": ids("4", "224", "227", "226", "228"),
			name + " Vendor Product Viewer":  ids("1", "232", "235", "234", "236"),
			name + " Vendor Order Manager":   "4ac869fc-d548-4ec8-8e06-c01491314223",
			name + " Vendor Order Viewer":    "1ac869fc-d548-4ec8-8e06-c01491314231",
		}
		if !maps.Equal(got, want) {
			t.Errorf("%s has the groups %v, want %v", id, got, want)
		}
	}
	before := b.send(t, exchange{path: "~/groups"}).body
	b.check(t, exchange{method: "PUT", path: vendors + "/posted", body: `{"name": "Renamed", "type": "SUBSIDIARY"}`, status: 204})
	b.settle(t)
	if after := b.send(t, exchange{path: "~/groups"}).body; string(after) != string(before) {
		t.Errorf("after the vendor was renamed: got %s, want %s", after, before)
	}
	b.check(t, exchange{path: "~/groups?q=vendorId:posted&pageSize=1", header: total, status: 200, want: `[{"vendorId": "posted"}]`, wantHeader: totalIs("4")})
}

// The names are English, and of a tenant's own language where it has none.
func TestVendorGroups_language(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.putSetting(t, "project_lang", `"[{\"id\":\"pl\",\"default\":true},{\"id\":\"de\"}]"`)
	b.create(t, vendors, `{"id": "v", "name": "V"}`)
	b.settle(t)
	for _, g := range b.groupsOf(t, "v") {
		if len(g.Name) != 1 || !strings.HasPrefix(g.Name["pl"], "V Vendor ") {
			t.Errorf("got %v", g.Name)
		}
	}
}

// A vendor goes with its groups, and not while somebody is in one.
func TestVendorGroups_deleted(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	for _, id := range []string{"v", "w"} {
		b.create(t, vendors, `{"id": "`+id+`", "name": "Vendor"}`)
	}
	b.settle(t)
	b.create(t, "~/groups", `{"id": "own", "name": {"en": "Own"}, "vendorId": "v"}`)
	manager := b.groupOf(t, "v", "order_manager")
	seller := b.create(t, "~/users", person("seller@vendor.example", manager, "own"))
	got := b.send(t, exchange{method: "DELETE", path: vendors + "/v"})
	for _, part := range []string{"Constraint validation failed", `"resourceId":"v"`, "Group '" + manager + "' has members: 1", "Group 'own' has members: 1"} {
		if got.status != http.StatusBadRequest || !strings.Contains(string(got.body), part) {
			t.Errorf("got %d %s, want %q", got.status, got.body, part)
		}
	}
	if strings.Contains(string(got.body), b.groupOf(t, "v", "order_viewer")) {
		t.Errorf("a group without members is named: %s", got.body)
	}
	if n := len(b.groupsOf(t, "v")); n != 5 {
		t.Errorf("the vendor has %d groups left", n)
	}
	b.play(
		t,
		exchange{name: "leave", method: "DELETE", path: "~/users/" + seller + "/groups", status: 204},
		exchange{name: "delete", method: "DELETE", path: vendors + "/v", status: 204},
		exchange{name: "its groups", path: "~/groups?q=vendorId:v", status: 200, want: `[]`},
		exchange{name: "others", path: "~/groups?q=vendorId:w", status: 200, want: `[{}, {}, {}, {}]`},
	)
	// A vendor of the same id starts anew.
	b.create(t, vendors, `{"id": "v", "name": "Vendor"}`)
	b.settle(t)
	if n := len(b.groupsOf(t, "v")); n != 4 {
		t.Errorf("made again it has %d groups", n)
	}
}

// Which groups can belong to a vendor.
func TestVendorGroups_ofGroup(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.create(t, vendors, `{"id": "v", "name": "Vendor"}`)
	b.create(t, "~/groups", `{"id": "own", "name": {"en": "Own"}, "vendorId": "v"}`)
	violated := `{"code": 400, "status": "Constraint validation failed", "message": "` + anyText + `", "resourceId": "` + anyText + `"}`
	b.play(
		t,
		exchange{name: "unknown vendor", method: "POST", path: "~/groups", body: `{"id": "x", "name": {"en": "X"}, "vendorId": "nobody"}`, status: 400, want: with(violated, map[string]any{"resourceId": "nobody"})},
		exchange{name: "for customers", method: "POST", path: "~/groups", body: `{"id": "x", "name": {"en": "X"}, "vendorId": "v", "userType": "CUSTOMER"}`, status: 400, want: violated},
		exchange{name: "customer", method: "PUT", path: "~/groups/own/users/CUSTOMER/c1", status: 400, want: violated},
		exchange{name: "neither was created", path: "~/groups/x", status: 404, want: `{"code": 404}`},
	)
}

// Only the product managers of a vendor can be given rights to publish, in
// whatever way the rights would come; other groups have them all the same.
func TestVendorGroups_publishing(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.create(t, vendors, `{"id": "v", "name": "Vendor"}`)
	b.settle(t)
	const publish, unpublish, products = "4ac869fc-d548-4ec8-8e06-c01491314229", "4ac869fc-d548-4ec8-8e06-c01491314230", "4ac869fc-d548-4ec8-8e06-c01491314158"
	controls := func(kind string) (list []string) {
		for _, g := range access.VendorGroups() {
			if g.Kind == kind {
				list = slices.Clone(g.Controls)
			}
		}
		return list
	}
	group := func(controls []string, templates ...string) string {
		text, err := json.Marshal(map[string]any{"name": map[string]string{"en": "Group"}, "accessControls": controls, "templates": templates})
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	manager := "~/groups/" + b.groupOf(t, "v", "product_manager")
	b.check(t, exchange{method: "PUT", path: manager, body: group(append(controls("product_manager"), publish, unpublish)), status: 204})
	b.create(t, "~/groups", `{"id": "own", "name": {"en": "Own"}, "vendorId": "v"}`)
	b.check(t, exchange{method: "PUT", path: "~/templates/readers", body: `{"name": {"en": "R"}, "access": {"products": "read"}}`, status: 201, want: `{"id": "readers"}`})
	b.check(t, exchange{method: "PUT", path: "~/access-controls/own", body: `{"name": {"en": "Own"}, "scopes": ["order.order_read"]}`, status: 201, want: `{"id": "own"}`})
	b.check(t, exchange{method: "PUT", path: "~/groups/own", body: group([]string{"own"}, "readers"), status: 204})
	refused := `{"code": 400, "status": "Constraint validation failed", "message": "` + anyText + `", "resourceId": "` + anyText + `"}`
	for name, e := range map[string]exchange{
		"publish":           {method: "PUT", path: "~/groups/own", body: group([]string{publish})},
		"unpublish":         {method: "PUT", path: "~/groups/own", body: group([]string{unpublish})},
		"manage products":   {method: "PUT", path: "~/groups/own", body: group([]string{products})},
		"a role template":   {method: "PUT", path: "~/groups/own", body: group(nil, "manager")},
		"a new group":       {method: "POST", path: "~/groups", body: `{"id": "x", "name": {"en": "X"}, "vendorId": "v", "accessControls": ["` + publish + `"]}`},
		"the template":      {method: "PUT", path: "~/templates/readers", body: `{"name": {"en": "R"}, "access": {"products": "manage"}}`},
		"the control":       {method: "PUT", path: "~/access-controls/own", body: `{"name": {"en": "Own"}, "scopes": ["product.product_unpublish"]}`},
		"viewer":            {method: "PUT", path: "~/groups/" + b.groupOf(t, "v", "product_viewer"), body: group(append(controls("product_viewer"), publish))},
		"of orders":         {method: "PUT", path: "~/groups/" + b.groupOf(t, "v", "order_manager"), body: group(append(controls("order_manager"), publish))},
		"two kinds at once": {method: "PUT", path: manager, body: group(append(controls("product_manager"), controls("product_viewer")[0], publish))},
	} {
		e.name, e.status, e.want = name, http.StatusBadRequest, refused
		b.play(t, e)
	}
	b.create(t, "~/groups", `{"id": "tenants", "name": {"en": "Of no vendor"}, "accessControls": ["`+publish+`"]}`)
	b.check(t, exchange{path: "~/groups/own", status: 200, want: `{"accessControls": ["own"], "templates": ["readers"]}`})
}

// The groups that a user can be in together. The result of a request counts.
func TestVendorGroups_members(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	for _, id := range []string{"v", "w"} {
		b.create(t, vendors, `{"id": "`+id+`", "name": "Vendor"}`)
		for _, group := range []string{"1", "2"} {
			b.create(t, "~/groups", `{"id": "`+id+group+`", "name": {"en": "Own"}, "vendorId": "`+id+`"}`)
		}
	}
	b.withGroups(t, "plain", "other")
	anna := b.create(t, "~/users", person("anna@acme.example", "v1"))
	join := func(group string) exchange {
		return exchange{name: "PUT " + group, method: "PUT", path: "~/groups/" + group + "/users/EMPLOYEE/" + anna}
	}
	update := func(groups ...string) exchange {
		return exchange{name: "update " + strings.Join(groups, " "), method: "PUT", path: "~/users/" + anna, body: changed(anna, groups...)}
	}
	// refused plays a request that is refused and names both groups.
	refused := func(e exchange, one, other string) {
		t.Helper()
		got := b.send(t, e)
		text := string(got.body)
		want := `{"code": 400, "status": "Constraint validation failed", "resourceId": "` + other + `", "details": "` + absent + `"}`
		if got.status != 400 || differs("", parse(t, want), parse(t, text)) != "" || !strings.Contains(text, "group '"+one+"'") || !strings.Contains(text, "group '"+other+"'") {
			t.Errorf("%s: got %d %s, want both groups named", e.name, got.status, text)
		}
	}
	want := func(groups ...string) {
		t.Helper()
		got := read[api.User](t, b, "~/users/"+anna).GroupIDs
		if slices.Sort(got); !slices.Equal(got, groups) {
			t.Errorf("anna is in %v, want %v", got, groups)
		}
	}
	refused(join("w1"), "v1", "w1")
	refused(join("plain"), "v1", "plain")
	refused(exchange{name: "POST", method: "POST", path: "~/groups/w1/users", body: `{"userId": "` + anna + `"}`}, "v1", "w1")
	refused(update("v1", "w1"), "v1", "w1")
	refused(update("v1", "plain"), "v1", "plain")
	refused(update("plain", "v2"), "plain", "v2")
	refused(exchange{name: "create", method: "POST", path: "~/users", body: person("ben@acme.example", "v1", "v2", "w1")}, "v1", "w1")
	want("v1")
	if found := read[[]api.User](t, b, "~/users"); len(found) != 2 {
		t.Errorf("a refused user was created: %v", found)
	}

	same := join("v2")
	same.status, same.want = 201, `{"id": "`+anyText+`"}`
	b.play(t, same)
	want("v1", "v2")
	for _, groups := range [][]string{{"w1", "w2"}, {"plain"}, {"other", "plain"}, {"v2"}, {}, {"w2"}} {
		e := update(groups...)
		e.status = 204
		b.play(t, e)
		want(groups...)
	}
	// From before the rule: who is in both stays, may leave, and may not join more.
	for i, group := range []string{"v1", "plain"} {
		a := store.Assignment{Tenant: "acme", ID: fmt.Sprint("old", i), GroupID: group, UserID: anna, UserType: "EMPLOYEE"}
		if err := b.store.CreateAssignment(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	member := join("v1")
	member.status = 204
	b.play(t, member, exchange{name: "leave", method: "DELETE", path: "~/groups/plain/users/" + anna, status: 204})
	if got := b.send(t, join("v2")); got.status != 400 {
		t.Errorf("joining one more: got %d %s", got.status, got.body)
	}
	want("v1", "w2")
}

// The users of a vendor are those in its groups, each once, with its groups.
func TestVendorUsers(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	for _, id := range []string{"v", "w", "empty"} {
		b.create(t, vendors, `{"id": "`+id+`", "name": "Vendor `+id+`"}`)
	}
	b.settle(t)
	orders, products := b.groupOf(t, "v", "order_manager"), b.groupOf(t, "v", "product_viewer")
	var made []string
	for i, groups := range [][]string{{products, orders}, {orders}, {b.groupOf(t, "w", "order_viewer")}, {products}} {
		made = append(made, b.create(t, "~/users", person(fmt.Sprintf("u%d@vendor.example", i), groups...)))
	}
	path := "~/users/vendors/v"
	entry := func(i int, groups string) string { return `{"id": "` + made[i] + `", "groups": ` + groups + `}` }
	two := `[{"userType": "EMPLOYEE"}, {"userType": "EMPLOYEE"}]`
	ordersOnly := `[{"id": "` + orders + `", "name": {"en": "Vendor v Vendor Order Manager"}, "userType": "EMPLOYEE"}]`
	all := "[" + entry(0, two) + "," + entry(1, ordersOnly) + "," + entry(3, `[{"id": "`+products+`"}]`) + "]"
	b.play(
		t,
		exchange{name: "all", path: path, status: 200, want: all, wantHeader: totalIs("")},
		exchange{name: "counted", path: path, header: total, status: 200, want: all, wantHeader: totalIs("3")},
		exchange{name: "a page", path: path + "?pageSize=2", header: total, status: 200, want: "[" + entry(0, two) + "," + entry(1, ordersOnly) + "]", wantHeader: totalIs("3")},
		exchange{name: "the next one", path: path + "?pageSize=2&pageNumber=2", status: 200, want: `[{"id": "` + made[3] + `"}]`},
		exchange{name: "past the end", path: path + "?pageNumber=2", header: total, status: 200, want: `[]`, wantHeader: totalIs("3")},
		exchange{name: "no page", path: path + "?pageSize=none", status: 400, want: `{"code": 400}`},
		exchange{name: "nobody", path: "~/users/vendors/empty", header: total, status: 200, want: `[]`, wantHeader: totalIs("0")},
		exchange{name: "no vendor", path: "~/users/vendors/nobody", status: 200, want: `[]`},
	)
}
