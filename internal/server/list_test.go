package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// total asks for the number of all, totalIs is its answer.
var total = map[string]string{api.HeaderTotalCount: "true"}

func totalIs(n string) map[string]string { return map[string]string{api.HeaderTotalCount: n} }

// listPaths are the paths of all lists of IAM, with user and group filled in.
func listPaths(user, group string) []string {
	var paths []string
	for _, o := range server.Operations() {
		single := strings.HasSuffix(o.Path, "}") || strings.HasSuffix(o.Path, "/scopes") && strings.Contains(o.Path, "/users/") || o.Path == api.PathUserMe || strings.HasSuffix(o.Path, "/report") || strings.HasPrefix(o.Path, api.PathAuditEvents) // whole at once, or in pages of its own
		if o.Method == http.MethodGet && !single && (strings.HasPrefix(o.Path, "/iam/") || strings.HasPrefix(o.Path, "/vendor/") || o.Path == api.PathTeamMembers) {
			paths = append(paths, strings.NewReplacer("/iam/{tenant}", "~", "{tenant}", servertest.Tenant, "{userId}", user, "{groupId}", group).Replace(o.Path))
		}
	}
	return paths
}

// filled returns a backend in which every list has some elements: a user who
// is in some groups and calls, a group that has some members and access controls.
func filled(t *testing.T) (b *backend, user, group string) {
	t.Helper()
	b = newBackend(t)
	b.create(t, "~/groups", `{"id": "crowd", "name": {"en": "Crowd"}, "templates": ["viewer"]}`)
	b.withGroups(t, "g1", "g2", "g3", "g4", "g5", "g6")
	groups := []string{"crowd", "g1", "g2", "g3", "g4", "g5", "g6"}
	for i := range 7 {
		user = b.create(t, "~/users", person(fmt.Sprintf("user%d@acme.example", i), groups...))
		b.create(t, team("/members"), fmt.Sprintf(`{"email": "user%d@acme.example", "role": "admin"}`, i))
	}
	b.token = b.issueUser(t, user, access.Employee, api.AllScopes()...)
	for _, name := range []string{"e", "d", "c", "b", "a"} { // sorted by name they are in another order
		b.create(t, locations, with(warehouse, map[string]any{"name": name}))
		b.create(t, vendors, `{"name": "`+name+`"}`)
		b.create(t, "~/clients", `{"id": "acme-`+name+`"}`)
	}
	b.settle(t)
	return b, user, "crowd"
}

func TestList_pages(t *testing.T) {
	t.Parallel()
	b, user, group := filled(t)
	paths := listPaths(user, group)
	if len(paths) < 8 {
		t.Fatalf("these are not all lists: %v", paths)
	}
	for _, path := range paths {
		t.Run(path, func(t *testing.T) {
			all := read[[]json.RawMessage](t, b, path+"?pageSize=10000")
			count := strconv.Itoa(len(all))
			size := max(1, len(all)/4)
			var joined []json.RawMessage
			pages := 0
			for number := 1; ; number++ {
				got := b.send(t, exchange{path: fmt.Sprintf("%s?pageNumber=%d&pageSize=%d", path, number, size), header: total})
				if got.status != 200 || got.header.Get(api.HeaderTotalCount) != count {
					t.Fatalf("page %d: got %d, total %q, want %s", number, got.status, got.header.Get(api.HeaderTotalCount), count)
				}
				var page []json.RawMessage
				if err := json.Unmarshal(got.body, &page); err != nil {
					t.Fatal(err)
				}
				if len(page) == 0 {
					break
				}
				pages++
				joined = append(joined, page...)
			}
			same := slices.EqualFunc(all, joined, func(a, b json.RawMessage) bool { return string(a) == string(b) })
			if !same || pages < 4 {
				t.Errorf("%d pages have %d elements, in one page there are %d", pages, len(joined), len(all))
			}
			b.check(t, exchange{path: path + "?pageNumber=2147483647&pageSize=10000", header: total, status: 200, want: `[]`, wantHeader: totalIs(count)})
			b.check(t, exchange{path: path + "?pageSize=10001", header: total, status: 400, want: `{"message": "` + anyText + `"}`})
			b.check(t, exchange{path: path + "?pageNumber=" + count + "0", status: 200, want: `[]`, wantHeader: totalIs("")})
			first := b.send(t, exchange{path: path, header: total})
			tag := first.header.Get("ETag")
			for asked, want := range map[string]int{tag: 304, "W/" + tag: 304, `"other", ` + tag: 304, `"other"`: 200, strings.Trim(tag, `"`): 200} {
				got := b.send(t, exchange{path: path, header: map[string]string{api.HeaderTotalCount: "true", "If-None-Match": asked}})
				if got.status != want || want == 304 && len(got.body) > 0 || got.header.Get(api.HeaderTotalCount) != count || got.header.Get("ETag") != tag {
					t.Errorf("unless it is %s: got %d with %v: %s", asked, got.status, got.header, got.body)
				}
			}
			if got := b.send(t, exchange{path: path, header: map[string]string{"If-None-Match": tag}}); got.status != 200 {
				t.Errorf("without the count that came with the tag: got %d", got.status)
			}
			for asked, want := range map[string]string{"": "", "false": "", "1": "", "TRUE": count} {
				got := b.send(t, exchange{path: path + "?pageSize=1", header: map[string]string{api.HeaderTotalCount: asked}})
				if n := got.header.Get(api.HeaderTotalCount); n != want {
					t.Errorf("asked for the total with %q: got %q, want %q", asked, n, want)
				}
			}
		})
	}
	for _, path := range []string{"~/users", "~/groups", "~/groups/" + group + "/users"} {
		for _, query := range []string{
			"pageNumber=0", "pageNumber=-1", "pageNumber=one", "pageNumber=1.5", "pageNumber=99999999999999999999", "pageSize=0", "pageSize=-60", "pageSize=%201",
		} {
			b.check(t, exchange{path: path + "?" + query, status: 400, want: `{"code": 400, "status": "Bad Request", "message": "` + anyText + `"}`})
		}
	}
	if n := len(read[[]json.RawMessage](t, b, "~/access-controls")); n != 60 {
		t.Errorf("a page has %d elements when no size is asked for, want 60", n)
	}
}

// ids lists what a list answers, by the given member.
func ids(t *testing.T, b *backend, path, member string) string {
	t.Helper()
	var list []string
	for _, item := range read[[]map[string]any](t, b, path) {
		list = append(list, fmt.Sprint(item[member]))
	}
	return strings.Join(list, " ")
}

func TestList_groups(t *testing.T) {
	t.Parallel()
	b, clock := newBackendAt(t)
	for _, body := range []string{
		`{"id": "z1", "name": {"en": "Zebra", "de": "Amsel"}, "description": {"en": "black and white"}, "accessControls": ["` + ordersManager + `"]}`,
		`{"id": "z2", "name": {"en": "Ant", "de": "Zaunkönig"}, "userType": "CUSTOMER", "b2b": {"legalEntityId": "le-7"}}`,
		`{"id": "z3", "name": {"de": "Biber"}, "description": {"de": "SCHWARZ and white"}, "accessControls": ["` + ordersManager + `", "` + ordersViewer + `"]}`,
	} {
		b.create(t, "~/groups", body)
	}
	clock.advance(24 * time.Hour)
	b.token = b.issue(t, servertest.Tenant, api.AllScopes()...)
	b.check(t, exchange{method: "PUT", path: "~/groups/z2", body: `{"name": {"en": "Ant", "de": "Zaunkönig"}, "b2b": {"legalEntityId": "le-7"}}`, status: 204})
	for _, c := range []struct{ params, want string }{
		{"q=id:~^z", "z1 z2 z3"},
		{"q=name.en:Ant", "z2"},
		{"q=name:Biber", "z3"},
		{"q=b2b.legalEntityId:le-7", "z2"},
		{"b2b.legalEntityId=le-7", "z2"},
		{"b2b.legalEntityId=le-7&userType=employee", ""},
		{"b2b.legalEntityId=LE-7", ""},
		{"b2b.legalEntityId=le", ""},
		{"b2b.legalEntityId=%00'--", ""},
		{"b2b.legalEntityId=&q=id:z1", "z1"},
		{"q=accessControls:" + ordersViewer + " id:~z", "z3"},
		{"q=metadata.version:2", "z2"},
		{"q=userType:CUSTOMER name:~an", "z2"},
		{"q=id:nothing", ""},
		{"name=aUn", "z2"},
		{"name=AMSEL", "z1"},
		{"description=and white", "z1 z3"},
		{"description=and white&name=zeb", "z1"},
		{"userType=customer&name=a", "z2"},
		{"userType=ROBOT", ""},
		{"metadataModifiedAt=2026-02-01", "z2"},
		{"metadataModifiedAt=2026-02-02", ""},
		{"metadataModifiedAt=2026-01-31&name=e&q=id:~^z", "z1 z3"},
		{"q=id:~^z&sort=id:desc", "z3 z2 z1"},
		{"q=id:~^z&sort=name.de", "z1 z3 z2"},
		{"q=id:~^z&sort=name.en:desc", "z1 z2 z3"},
		{"q=id:~^z&sort=userType:asc,id:desc", "z2 z3 z1"},
		{"q=id:~^z&sort=metadata.modifiedAt", "z2 z1 z3"},
		{"q=id:~^z&sort=nothing", "z1 z2 z3"},
		{"q=id:~^z&sort=id:desc&pageSize=2", "z3 z2"},
		{"q=id:~^z&sort=id:desc&pageSize=2&pageNumber=2", "z1"},
		{"legalEntityId=other&q=id:z1", "z1"},
	} {
		values, err := url.ParseQuery(c.params)
		if err != nil {
			t.Fatal(err)
		}
		if got := ids(t, b, "~/groups?"+values.Encode(), "id"); got != c.want {
			t.Errorf("%s: got %q, want %q", c.params, got, c.want)
		}
	}
	detailed := `{"code": 400, "status": "Bad Request", "message": "` + anyText + `", "details": ["` + anyText + `"]}`
	b.play(
		t,
		exchange{name: "the total is that of the filter", path: "~/groups?q=id:~z&pageSize=1", header: total, status: 200, want: `[{"id": "z1"}]`, wantHeader: totalIs("3")},
		exchange{name: "broken q", path: "~/groups?q=name", status: 400, want: detailed},
		exchange{name: "OR", path: "~/groups?q=compoundLogicalQuery:((id:z1)%20OR%20(id:z2))", status: 400, want: detailed},
		exchange{name: "broken sort", path: "~/groups?sort=name:up", status: 400, want: detailed},
		exchange{name: "broken date", path: "~/groups?metadataModifiedAt=yesterday", status: 400, want: `{"code": 400}`},
	)
}

func TestList_otherParameters(t *testing.T) {
	t.Parallel()
	b, user, group := filled(t)
	const viewerOrders = "%5E" + ordersViewer + "$"
	for _, c := range []struct{ path, member, want string }{
		{"~/templates?sort=id:desc&pageSize=2", "id", "viewer pricing_manager"},
		{"~/templates?sort=name.en:desc&pageSize=2", "id", "viewer pricing_manager"},
		{"~/templates?name=ADMIN", "id", "admin oe_admin"},
		{"~/templates?description=none", "id", ""},
		{"~/access-controls?q=id:~" + viewerOrders, "id", ordersViewer},
		{"~/access-controls?q=name:%22Orders%20Manager%22%20predefined:true", "id", ordersManager},
		{"~/access-controls?q=predefined:false", "id", ""},
		{"~/access-controls?q=scopes:order.order_delete%20restrictedTo:EMPLOYEE%20vendorAware:false", "id", ordersManager},
		{"~/access-controls?metadataModifiedAt=2026-02-01", "id", ""},
		{"~/access-controls?q=id:~8e06&roleId=" + managerRole + "&resourceId=orders", "id", ordersManager},
		{"~/users/" + user + "/groups?sort=id:desc", "id", "g6 g5 g4 g3 g2 g1 crowd"},
	} {
		if got := ids(t, b, c.path, c.member); got != c.want {
			t.Errorf("%s: got %q, want %q", c.path, got, c.want)
		}
	}
	// Which of the parameters each list declares; it ignores the others, even
	// broken ones.
	declared := map[string]string{
		"~/groups":                               "q sort name description metadataModifiedAt userType",
		"~/users/" + user + "/groups":            "sort",
		"~/access-controls":                      "q metadataModifiedAt",
		"~/scopes":                               "q sort",
		"~/templates":                            "sort name description",
		"~/users":                                "userType",
		"~/groups/" + group + "/users":           "",
		"~/users/" + user + "/access-controls":   "",
		"~/users/me/access-controls":             "",
		"~/groups/" + group + "/access-controls": "",
		"~/roles":                                "sort name description metadataModifiedAt",
		"~/permissions":                          "sort name description metadataModifiedAt",
		"~/resources":                            "sort name description metadataModifiedAt",
		vendors:                                  "q sort name",
		locations:                                "q sort name",
		team("/members"):                         "",
		"~/invitations":                          "",
		"~/clients":                              "",
	}
	for _, path := range listPaths(user, group) {
		names, known := declared[path]
		if !known {
			t.Errorf("%s: add it to this test", path)
		}
		plain := b.send(t, exchange{path: path + "?pageSize=1"})
		for _, broken := range []string{"q=name", "sort=name:up", "name=nothing", "description=nothing", "metadataModifiedAt=never", "userType=ROBOT"} {
			name, _, _ := strings.Cut(broken, "=")
			got := b.send(t, exchange{path: path + "?pageSize=1&" + broken})
			if same := string(got.body) == string(plain.body); same == slices.Contains(strings.Fields(names), name) {
				t.Errorf("%s?%s: answered like without: %t; %.100s", path, broken, same, got.body)
			}
		}
	}
}

// Lists are in the order of creation, and stay so.
func TestList_order(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.withGroups(t, "z", "m", "a")
	b.check(t, exchange{method: "PUT", path: "~/groups/z", body: `{"name": {"en": "changed last"}}`, status: 204})
	for range 2 {
		if got := ids(t, b, "~/groups", "id"); !strings.HasSuffix(got, " z m a") {
			t.Errorf("groups: %s", got)
		}
	}
	for _, email := range []string{"z@acme.example", "m@acme.example", "a@acme.example"} {
		b.create(t, "~/users", person(email, "a", "z"))
	}
	if got := ids(t, b, "~/users", "contactEmail"); got != "owner@acme.example z@acme.example m@acme.example a@acme.example" {
		t.Errorf("users: %s", got)
	}
	if got, want := ids(t, b, "~/groups/a/users", "userId"), strings.Fields(ids(t, b, "~/users", "id"))[1:]; got != strings.Join(want, " ") {
		t.Errorf("members: %s, want %s", got, want)
	}
}
