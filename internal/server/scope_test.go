package server_test

import (
	"encoding/json"
	"fmt"
	"net/url"
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

// A tenant has every predefined scope from its start, and they come first.
func TestScope_predefined(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.withScopes(t, "a.first", "zz")
	list := read[[]api.Scope](t, b, "~/scopes?pageSize=10000")
	predefined := access.Scopes()
	if len(list) != len(predefined)+2 || list[len(predefined)].ID != "a.first" || list[len(predefined)+1].ID != "zz" {
		t.Fatalf("got %d scopes, the last is %+v", len(list), list[len(list)-1])
	}
	for i, want := range predefined {
		if got := list[i]; got.ID != want.ID || got.Domain != want.Domain || !got.Predefined || got.Metadata.Version != 1 {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	violated := `{"code": 400, "status": "Constraint validation failed", "message": "` + anyText + `", "resourceId": "iam.user_read"}`
	b.play(
		t,
		exchange{name: "one", path: "~/scopes/iam.user_read", status: 200, want: `{
			"id": "iam.user_read", "description": "` + absent + `", "domain": "iam", "predefined": true,
			"metadata": {"version": 1, "createdAt": "` + list[0].Metadata.CreatedAt + `", "modifiedAt": "` + absent + `"}}`},
		exchange{name: "change", method: "PUT", path: "~/scopes/iam.user_read", body: `{"domain": "x"}`, status: 400, want: violated},
		exchange{name: "delete", method: "DELETE", path: "~/scopes/iam.user_read", status: 400, want: violated},
		exchange{name: "only the tenant's own", path: "~/scopes?q=predefined:false", header: total, status: 200, want: `[{"id": "a.first"}, {"id": "zz"}]`, wantHeader: totalIs("2")},
	)
	if n := len(read[[]api.Scope](t, b, "~/scopes")); n != 60 {
		t.Errorf("a page has %d scopes when no size is asked for, want 60", n)
	}
	// A scope that is older than the predefined one is not listed twice.
	if err := b.store.PutDocument(t.Context(), store.Document{Tenant: servertest.Tenant, Kind: store.KindScope, ID: "iam.user_read", Body: `{"id": "iam.user_read"}`}); err != nil {
		t.Fatal(err)
	}
	b.check(t, exchange{path: "~/scopes?q=id:iam.user_read", status: 200, want: `[{"predefined": true}]`})
}

func TestScope_life(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	unknown := `{"code": 404, "status": "Not Found", "message": "` + anyText + `", "resourceId": "invoice.export", "details": "` + absent + `"}`
	const full = `{"description": {"en": "Exports invoices", "de": "Führt Rechnungen aus"}, "domain": "billing"}`
	b.play(
		t,
		exchange{name: "none", path: "~/scopes/invoice.export", status: 404, want: unknown},
		exchange{name: "create", method: "PUT", path: "~/scopes/invoice.export", body: with(full, map[string]any{"metadata": map[string]any{"version": 9}}), status: 201, want: `{"id": "invoice.export"}`},
		exchange{name: "read", path: "~/scopes/invoice.export", status: 200, want: with(full, map[string]any{
			"id": "invoice.export", "predefined": false, "metadata": map[string]any{"version": 1, "createdAt": anyText, "modifiedAt": absent},
		})},
		exchange{name: "listed", path: "~/scopes?q=id:invoice.export", status: 200, want: "[" + full + "]"},
		exchange{name: "update", method: "PUT", path: "~/scopes/invoice.export", body: `{}`, status: 204},
		exchange{name: "replaced", path: "~/scopes/invoice.export", status: 200, want: `{
			"description": "` + absent + `", "domain": "` + absent + `", "metadata": {"version": 2, "createdAt": "` + anyText + `", "modifiedAt": "` + anyText + `"}}`},
		exchange{name: "surplus members and nulls", method: "PUT", path: "~/scopes/invoice.export", status: 204, body: `{
			"id": "x", "name": {"en": "x"}, "predefined": true, "description": null, "domain": null, "metadata": {"version": null}}`},
		exchange{name: "nothing of them", path: "~/scopes/invoice.export", status: 200, want: `{"id": "invoice.export", "predefined": false, "domain": "` + absent + `"}`},
		exchange{name: "a text under one language", method: "PUT", path: "~/scopes/invoice.export", header: map[string]string{"Content-Language": "de"}, body: `{"description": "Tee"}`, status: 204},
		exchange{name: "in that language", path: "~/scopes/invoice.export", status: 200, want: `{"description": {"de": "Tee"}}`},
		exchange{name: "read as a text", path: "~/scopes/invoice.export", header: map[string]string{"Accept-Language": "de"}, status: 200, want: `{"description": "Tee"}`},
		exchange{name: "another by its case", method: "PUT", path: "~/scopes/Invoice.export", body: `{}`, status: 201, want: `{"id": "Invoice.export"}`},
		exchange{name: "delete", method: "DELETE", path: "~/scopes/invoice.export", status: 204},
		exchange{name: "gone", path: "~/scopes/invoice.export", status: 404, want: unknown},
		exchange{name: "not deleted again", method: "DELETE", path: "~/scopes/invoice.export", status: 404, want: unknown},
	)
}

func TestScope_refused(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.withScopes(t, "s")
	before := read[[]api.Scope](t, b, "~/scopes?pageSize=1000")
	malformed := `{"code": 400, "status": "Bad Request", "message": "` + anyText + `", "resourceId": "` + absent + `"}`
	for _, c := range []struct{ name, body, want string }{
		{"nothing", ``, malformed},
		{"a list", `[]`, malformed},
		{"domain is a list", `{"domain": ["iam"]}`, malformed},
		{"description is a text", `{"description": "x"}`, malformed},
		{"language that the tenant lacks", `{"description": {"pl": "x"}}`, `{"code": 400, "details": ["` + anyText + `"]}`},
		{"more metadata than a version", `{"metadata": {"version": 1, "modifiedAt": null}}`, `{"code": 400, "details": ["metadata has modifiedAt: only version is allowed"]}`},
	} {
		b.play(
			t,
			exchange{name: "make: " + c.name, method: "PUT", path: "~/scopes/fresh", body: c.body, status: 400, want: c.want},
			exchange{name: "change: " + c.name, method: "PUT", path: "~/scopes/s", body: c.body, status: 400, want: c.want},
		)
	}
	violated := `{"code": 400, "status": "Constraint validation failed", "message": "` + anyText + `", "resourceId": "` + anyText + `"}`
	for _, id := range []string{"two%20words", "%C3%A4", "a%23b", "a%2Fb", "a%25b", "%22", "tenant=acme", "a%0Ab", "..%2F..", strings.Repeat("x", 256)} {
		b.play(
			t,
			exchange{name: "put " + id, method: "PUT", path: "~/scopes/" + id, body: `{}`, status: 400, want: violated},
			exchange{name: "get " + id, path: "~/scopes/" + id, status: 404, want: `{"code": 404}`},
			exchange{name: "delete " + id, method: "DELETE", path: "~/scopes/" + id, status: 404, want: `{"code": 404}`},
		)
	}
	if after := read[[]api.Scope](t, b, "~/scopes?pageSize=1000"); !reflect.DeepEqual(after, before) {
		t.Errorf("the scopes were %+v, and are %+v", before, after)
	}
	for _, id := range []string{"a", "custom.document_manage", "A-1_b.c", strings.Repeat("x", 255), "..."} {
		b.play(t, exchange{name: "good id " + id, method: "PUT", path: "~/scopes/" + id, body: `{}`, status: 201, want: `{"id": "` + id + `"}`})
	}
}

func TestScope_version(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.withScopes(t, "s")
	put := func(name, metadata string, status int) exchange {
		e := exchange{name: name, method: "PUT", path: "~/scopes/s", body: `{` + metadata + `}`, status: status}
		if status == 409 {
			e.want = `{"code": 409, "status": "Conflict", "message": "` + anyText + `", "resourceId": "s", "details": ["` + anyText + `"]}`
		}
		return e
	}
	b.play(
		t,
		put("matches", `"metadata": {"version": 1}`, 204),
		put("old", `"metadata": {"version": 1}`, 409),
		put("not there yet", `"metadata": {"version": 3}`, 409),
		put("no version", `"metadata": {}`, 204),
		put("no metadata", ``, 204),
		exchange{name: "counted", path: "~/scopes/s", status: 200, want: `{"metadata": {"version": 4}}`},
	)
	for version := 4; version <= 9; version++ { // of two changes to one version exactly one wins
		change := put("", fmt.Sprintf(`"metadata": {"version": %d}`, version), 0)
		if counts := b.together(t, change, change); counts[204] != 1 || counts[409] != 1 {
			t.Fatalf("version %d: got %v, want one 204 and one 409", version, counts)
		}
	}
	fresh := exchange{method: "PUT", path: "~/scopes/fresh", body: `{}`}
	if counts := b.together(t, fresh, fresh, fresh); counts[201] != 1 || counts[204] != 2 {
		t.Errorf("PUTs of a new scope: got %v, want one 201 and two 204", counts)
	}
}

func TestScope_list(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	for _, body := range []string{
		`{"id": "z.1", "domain": "billing", "description": {"en": "Beta", "de": "Aal"}}`,
		`{"id": "z.2", "domain": "archive", "description": {"en": "Alpha"}}`,
		`{"id": "z.3", "domain": "billing"}`,
	} {
		scope := parse(t, body).(map[string]any)
		b.check(t, exchange{method: "PUT", path: "~/scopes/" + scope["id"].(string), body: body, status: 201, want: `{"id": "` + scope["id"].(string) + `"}`})
	}
	for _, c := range []struct{ params, want string }{
		{"q=id:~^z", "z.1 z.2 z.3"},
		{"q=domain:billing", "z.1 z.3"},
		{"q=domain:site&sort=id:desc", "site.site_read site.site_manage"},
		{"q=description.en:~al", "z.2"},
		{"q=predefined:true id:(iam.user_read,z.1)", "iam.user_read"},
		{"q=predefined:false&sort=domain,id:desc", "z.2 z.3 z.1"},
		{"q=predefined:false&sort=description.de", "z.1 z.2 z.3"},
		{"q=predefined:false&sort=id:desc&pageSize=2", "z.3 z.2"},
		{"sort=predefined,id:desc&pageSize=2&pageNumber=2", "z.1 webhook.subscription_read"},
		{"name=z.1&metadataModifiedAt=never&q=id:z.3", "z.3"},
	} {
		values, err := url.ParseQuery(c.params)
		if err != nil {
			t.Fatal(err)
		}
		if got := ids(t, b, "~/scopes?"+values.Encode(), "id"); got != c.want {
			t.Errorf("%s: got %q, want %q", c.params, got, c.want)
		}
	}
	detailed := `{"code": 400, "status": "Bad Request", "message": "` + anyText + `", "details": ["` + anyText + `"]}`
	b.play(
		t,
		exchange{name: "broken q", path: "~/scopes?q=id", status: 400, want: detailed},
		exchange{name: "broken sort", path: "~/scopes?sort=id:up", status: 400, want: detailed},
	)
}

// What is stored comes out whole.
func TestScope_toWire(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	made := time.Date(2026, 2, 3, 4, 5, 6, 7e6, time.UTC)
	record := store.Document{
		Tenant: servertest.Tenant, Kind: store.KindScope, ID: "full", Body: `{"id": "full", "description": {"en": "All"}, "domain": "d"}`,
		Version: 1, CreatedAt: made, ModifiedAt: made.Add(time.Hour),
	}
	if err := b.store.PutDocument(t.Context(), record); err != nil {
		t.Fatal(err)
	}
	want := api.Scope{
		ID: "full", Description: api.Text{"en": "All"}, Domain: "d",
		Metadata: &api.Metadata{Version: 1, CreatedAt: "2026-02-03T04:05:06.007Z", ModifiedAt: "2026-02-03T05:05:06.007Z"},
	}
	if got := read[api.Scope](t, b, "~/scopes/full"); !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
	if list := read[[]api.Scope](t, b, "~/scopes?q=id:full"); len(list) != 1 || !reflect.DeepEqual(list[0], want) {
		t.Errorf("the list has it otherwise: %+v", list)
	}
}

// A scope goes although an access control holds it, which keeps its id.
func TestScope_deletedInUse(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.withScopes(t, "s")
	b.check(t, exchange{method: "PUT", path: "~/access-controls/c", body: `{"scopes": ["s", "iam.user_read"]}`, status: 201, want: `{"id": "c"}`})
	b.create(t, "~/groups", `{"id": "g", "name": {"en": "x"}, "accessControls": ["c"]}`)
	user := b.create(t, "~/users", person("anna@acme.example", "g"))
	b.play(
		t,
		exchange{name: "held", path: "~/users/" + user + "/scopes", status: 200, want: `{"scopes": "iam.user_read s tenant=acme"}`},
		exchange{name: "delete", method: "DELETE", path: "~/scopes/s", status: 204},
		exchange{name: "the id stays", path: "~/access-controls/c", status: 200, want: `{"scopes": ["s", "iam.user_read"]}`},
		exchange{name: "it gives nothing", path: "~/users/" + user + "/scopes", status: 200, want: `{"scopes": "iam.user_read tenant=acme"}`},
		exchange{name: "not written again", method: "PUT", path: "~/access-controls/c", body: `{"scopes": ["s", "iam.user_read"]}`, status: 400, want: `{"resourceId": "s"}`},
		exchange{name: "made again", method: "PUT", path: "~/scopes/s", body: `{}`, status: 201, want: `{"id": "s"}`},
		exchange{name: "held again", path: "~/users/" + user + "/scopes", status: 200, want: `{"scopes": "iam.user_read s tenant=acme"}`},
	)
}

// Bodies that are large, deep or many are refused or taken, and nothing fails.
func TestScope_hostileBodies(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	many := make([]string, 50000)
	for i := range many {
		many[i] = fmt.Sprint("s", i)
	}
	list, err := json.Marshal(many)
	if err != nil {
		t.Fatal(err)
	}
	deep := func(levels int) string { return strings.Repeat(`{"a":`, levels) + "1" + strings.Repeat("}", levels) }
	large := strings.Repeat("x", 10<<20)
	for _, path := range []string{"~/scopes/s", "~/access-controls/c"} {
		for _, c := range []struct {
			name, body string
			status     []int
		}{
			{"more than 10 MB", `{"scopes": ["iam.user_read"], "domain": "` + large + `"}`, []int{413}},
			{"deep and ignored", `{"scopes": ["iam.user_read"], "x": ` + deep(5000) + `}`, []int{400}},
			{"too deep", `{"scopes": ["iam.user_read"], "x": ` + deep(100000) + `}`, []int{400}},
			{"deep text", `{"scopes": ["iam.user_read"], "description": ` + deep(5000) + `}`, []int{400}},
			{"deep metadata", `{"scopes": ["iam.user_read"], "metadata": ` + deep(5000) + `}`, []int{400}},
			{"zero byte", `{"scopes": ["iam.user_read"], "description": {"en": "\u0000"}}`, []int{400}},
			{"half a surrogate", `{"scopes": ["iam.user_read"], "description": {"en": "\ud800"}}`, []int{400}},
			{"not UTF-8", "{\"description\": {\"en\": \"\xff\"}}", []int{400}},
		} {
			got := b.send(t, exchange{method: "PUT", path: path, body: c.body})
			if !slices.Contains(c.status, got.status) {
				t.Errorf("%s, %s: got %d %.200s, want one of %v", path, c.name, got.status, got.body, c.status)
			}
		}
	}
	b.check(t, exchange{method: "PUT", path: "~/access-controls/c", body: `{"scopes": ` + string(list) + `}`, status: 400, want: `{"resourceId": "s0"}`})
}
