package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// Where the tests' tenant has its configuration items.
const settings = "/configuration/acme/configurations"

// refusedSetting is the answer to an item that cannot be, for this reason.
func refusedSetting(reason string) string {
	return `{"status": 400, "type": "bad_request", "message": "` + anyText + `", "details": [{"message": ` + reason + `}], "code": "` + absent + `"}`
}

func TestSetting_life(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	notFound := `{"status": 404, "type": "not_found", "message": "` + anyText + `", "details": [{"message": "` + anyText + `"}]}`
	b.play(
		t,
		exchange{name: "none", path: settings + "/invoice.settings", status: 404, want: notFound},
		exchange{name: "make two", method: "POST", path: settings, body: `[
			{"key": "invoice.settings", "value": {"threshold": "24", "parts": [1, 2.50]}, "description": "Invoices", "version": 7, "client": "x", "surplus": 1},
			{"key": "plain", "value": "text", "secured": true, "restricted": null}]`, status: 201, want: `[
			{"key": "invoice.settings", "value": {"threshold": "24", "parts": [1, 2.5]}, "description": "Invoices", "version": 1, "secured": false, "restricted": false, "readOnly": false, "schemaUrl": "` + absent + `", "client": "` + absent + `", "_id": "` + absent + `"},
			{"key": "plain", "value": "text", "version": 1, "secured": true}]`},
		exchange{name: "read", path: settings + "/invoice.settings", status: 200, want: `{"key": "invoice.settings", "value": {"threshold": "24"}, "version": 1}`},
		exchange{name: "as it was written", path: settings + "/plain", status: 200, want: `{"value": "text", "secured": true}`},
		exchange{name: "change", method: "PUT", path: settings + "/plain", body: `{"key": "plain", "value": "other"}`, status: 200, want: `{"key": "plain", "value": "other", "version": 2, "secured": true}`},
		exchange{name: "change everything", method: "PUT", path: settings + "/plain", body: `{"key": "plain", "value": 5, "version": 2, "secured": false, "description": "Five", "schemaUrl": "https://schemas.example/five.json"}`, status: 200, want: `{"value": 5, "version": 3, "secured": false, "description": "Five", "schemaUrl": "https://schemas.example/five.json"}`},
		exchange{name: "the rest stays", method: "PUT", path: settings + "/plain", body: `{"key": "plain", "value": 6, "description": null}`, status: 200, want: `{"value": 6, "version": 4, "description": "Five", "schemaUrl": "https://schemas.example/five.json"}`},
		exchange{name: "no description any more", method: "PUT", path: settings + "/plain", body: `{"key": "plain", "value": 6, "description": ""}`, status: 200, want: `{"description": "` + absent + `"}`},
		exchange{name: "stale", method: "PUT", path: settings + "/plain", body: `{"key": "plain", "value": 7, "version": 4}`, status: 409, want: `{"status": 409, "type": "conflict", "details": [{"message": "The version of 'plain' is 5, not 4"}]}`},
		exchange{name: "not changed", path: settings + "/plain", status: 200, want: `{"value": 6, "version": 5}`},
		exchange{name: "these keys", path: settings + "?keys=plain,%20restrictions,nothing", status: 200, want: `[{"key": "restrictions"}, {"key": "plain"}]`},
		exchange{name: "no such keys", path: settings + "?keys=nothing", status: 200, want: `[]`},
		exchange{name: "delete", method: "DELETE", path: settings + "/plain", body: `{"any": "body"}`, status: 204},
		exchange{name: "gone", path: settings + "/plain", status: 404, want: notFound},
		exchange{name: "not deleted again", method: "DELETE", path: settings + "/plain", status: 404, want: notFound},
		exchange{name: "not made by a change", method: "PUT", path: settings + "/plain", body: `{"key": "plain", "value": 1}`, status: 400, want: refusedSetting(`"There is no configuration item with the key 'plain'"`)},
		exchange{name: "make again", method: "POST", path: settings, body: `[{"key": "plain", "value": true}]`, status: 201, want: `[{"value": true, "version": 1}]`},
		exchange{name: "make nothing", method: "POST", path: settings, body: `[]`, status: 201, want: `[]`},
	)
	keys := ids(t, b, settings, "key")
	for _, key := range []string{"project_lang", "project_curr", "restrictions", api.SettingSiteSync, "invoice.settings", "plain"} {
		if !slices.Contains(strings.Fields(keys), key) {
			t.Errorf("the list has no %s: %s", key, keys)
		}
	}
}

// An error names the member that is wrong, says of what kind the mistake is, and, where
// a value is hard to write, what one looks like.
func TestSetting_errorFields(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.check(t, exchange{method: "POST", path: settings, body: `[{"key": "k", "value": 1, "restricted": true, "schemaUrl": "https://schemas.example/a.json"}]`, status: 201, want: `[{}]`})
	document := func(status int, kind, detail string) string {
		return fmt.Sprintf(`{"status": %d, "type": %q, "message": %q, "moreInfo": "/openapi.yaml", "details": [%s]}`, status, kind, anyText, detail)
	}
	about := func(field, kind string) string {
		return fmt.Sprintf(`{"field": %q, "type": %q, "message": %q, "moreInfo": %q}`, field, kind, anyText, absent)
	}
	b.play(
		t,
		exchange{name: "members missing", method: "POST", path: settings, body: `[{"key": "a", "value": 1}, {"key": null}]`, status: 400, want: document(400, "bad_request", about("[1].key", "missing_value")+","+about("[1].value", "missing_value"))},
		exchange{name: "wrong type", method: "PUT", path: settings + "/k", body: `{"key": "k", "value": 1, "secured": "yes"}`, status: 400, want: document(400, "bad_request", about("secured", "invalid_type"))},
		exchange{name: "taken", method: "POST", path: settings, body: `[{"key": "a", "value": 1}, {"key": "k", "value": 1}]`, status: 409, want: document(409, "conflict", about("[1].key", "conflict"))},
		exchange{name: "no key", method: "POST", path: settings, body: `[{"key": "..", "value": 1}]`, status: 400, want: document(400, "bad_request", about("[0].key", "bad_request"))},
		exchange{name: "another client", method: "POST", path: "/configuration/acme/clients/shop/configurations", body: `[{"key": "a", "value": 1, "client": "other"}]`, status: 400, want: document(400, "bad_request", about("[0].client", "bad_request"))},
		exchange{name: "a client's", method: "POST", path: "/configuration/acme/clients/shop/configurations", body: `[{"_id": "x", "key": "a", "value": 1, "client": "shop"}]`, status: 201, want: `[{"_id": "shop_a"}]`},
		exchange{name: "a change of it", method: "PUT", path: "/configuration/acme/clients/shop/configurations/a", body: `{"_id": "shop_a", "key": "a", "value": 2, "client": "shop"}`, status: 200, want: `{"_id": "shop_a", "value": 2}`},
		exchange{name: "a change of another client's", method: "PUT", path: "/configuration/acme/clients/shop/configurations/a", body: `{"key": "a", "value": 2, "client": "other"}`, status: 400, want: document(400, "bad_request", about("client", "bad_request"))},
		exchange{name: "secured", method: "POST", path: settings, body: `[{"key": "a", "value": 1, "secured": true}]`, status: 400, want: document(400, "bad_request", about("[0].secured", "invalid_value"))},
		exchange{name: "another key", method: "PUT", path: settings + "/k", body: `{"key": "a", "value": 1}`, status: 400, want: document(400, "bad_request", about("key", "bad_request"))},
		exchange{name: "another version", method: "PUT", path: settings + "/k", body: `{"key": "k", "value": 1, "version": 9}`, status: 409, want: document(409, "conflict", about("version", "conflict"))},
		exchange{name: "still restricted", method: "PUT", path: settings + "/k", body: `{"key": "k", "value": 1, "restricted": false}`, status: 400, want: document(400, "bad_request", about("restricted", "bad_request"))},
		exchange{name: "another schema", method: "PUT", path: settings + "/k", body: `{"key": "k", "value": 1, "schemaUrl": "https://schemas.example/b.json"}`, status: 400, want: document(400, "bad_request", about("schemaUrl", "bad_request"))},
		exchange{name: "restrictions", method: "PUT", path: settings + "/restrictions", body: `{"key": "restrictions", "value": 1}`, status: 400, want: document(400, "bad_request", about("value", "bad_request"))},
		exchange{name: "languages", method: "PUT", path: settings + "/project_lang", body: `{"key": "project_lang", "value": ["en"]}`, status: 400, want: document(400, "bad_request", `{"field": "value", "type": "invalid_value", "message": "`+anyText+`", "moreInfo": "`+anyText+`"}`)},
		exchange{name: "none at all", path: settings + "/none", status: 404, want: document(404, "not_found", about(absent, "not_found"))},
		exchange{name: "deleted", method: "DELETE", path: settings + "/k", status: 400, want: document(400, "bad_request", about(absent, "bad_request"))},
		exchange{name: "site", method: "POST", path: "/site/acme/sites", body: siteBody(map[string]any{"code": "de", "currency": "euro"}), status: 400, want: document(400, "bad_request", about("currency", "invalid_value"))},
		exchange{name: "another method", method: "PATCH", path: settings, status: 405, want: `{"status": 405, "moreInfo": "/openapi.yaml", "details": "` + absent + `"}`},
	)
}

// The dashboard writes a slash behind the collection.
func TestSetting_slash(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.play(
		t,
		exchange{name: "tenant", method: "POST", path: settings + "/", body: `[{"key": "a", "value": 1}]`, status: 201, want: `[{"key": "a"}]`},
		exchange{name: "client", method: "POST", path: "/configuration/acme/clients/shop%2Fde/configurations/", body: `[{"key": "a", "value": 1}]`, status: 201, want: `[{"key": "a", "client": "shop/de"}]`},
		exchange{name: "method", method: "PATCH", path: settings + "/", status: 405, want: `{"code": 405}`},
		exchange{name: "item", path: settings + "/a/", status: 200, want: `{"key": "a"}`},
	)
}

// Any JSON is a value and comes back as the same.
func TestSetting_values(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.check(t, exchange{method: "POST", path: settings, body: `[{"key": "v", "value": 0}]`, status: 201, want: `[{"value": 0}]`})
	for _, value := range []string{
		`false`, `true`, `0`, `-1.5e300`, `12345678901234567890123`, `""`, `"null"`, `"<b>&🙂"`, `[]`, `["DE", "AT"]`, `[null, 1, {"a": []}]`, `{}`, `{"a": null, "b": {"c": [1]}}`,
	} {
		got := b.send(t, exchange{method: "PUT", path: settings + "/v", body: `{"key": "v", "value": ` + value + `}`})
		var item struct{ Value json.RawMessage }
		if err := json.Unmarshal(got.body, &item); err != nil || got.status != 200 {
			t.Fatalf("%s: got %d %s", value, got.status, got.body)
		}
		if !strings.HasPrefix(value, `"`) && !strings.ContainsAny(value, " ") && string(item.Value) != value { // also to its last digit
			t.Errorf("%s came back as %s", value, item.Value)
		}
		if !reflect.DeepEqual(parse(t, string(item.Value)), parse(t, value)) {
			t.Errorf("%s came back as %s", value, item.Value)
		}
	}
}

func TestSetting_createRefused(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	before := read[[]json.RawMessage](t, b, settings)
	for _, c := range []struct{ name, body, reason string }{
		{"one item", `{"key": "a", "value": 1}`, `"x"`},
		{"no key", `[{"key": "a", "value": 1}, {"value": 1}]`, `"Item 2: Required member is missing: key"`},
		{"no value", `[{"key": "a"}]`, `"Item 1: Required member is missing: value"`},
		{"null value", `[{"key": "a", "value": null}]`, `"Item 1: Required member is missing: value"`},
		{"null", `[null]`, `"Item 1: Required member is missing: key"`},
		{"empty key", `[{"key": "", "value": 1}]`, `"` + anyText + `"`},
		{"key that no path carries", `[{"key": "a", "value": 1}, {"key": "..", "value": 1}]`, `"'..' cannot be a key: it is not a valid path segment"`},
		{"key that is too long", `[{"key": "` + strings.Repeat("x", 513) + `", "value": 1}]`, `"` + anyText + `"`},
		{"secured number", `[{"key": "a", "value": 1, "secured": true}]`, `"only a text can be secured"`},
		{"relative schema", `[{"key": "a", "value": 1, "schemaUrl": "five.json"}]`, `"schemaUrl must be an absolute URL"`},
		{"number beyond all", `[{"key": "a", "value": [1e999]}]`, `"the value contains a number that is too large"`},
		{"number for a flag", `[{"key": "a", "value": 1, "readOnly": 1}]`, `"` + anyText + `"`},
	} {
		want := refusedSetting(c.reason)
		if c.name == "one item" || c.name == "null" {
			want = `{"status": 400, "type": "bad_request"}`
		}
		b.play(t, exchange{name: c.name, method: "POST", path: settings, body: c.body, status: 400, want: want})
	}
	taken := `{"status": 409, "type": "conflict", "message": "` + anyText + `", "details": [{"message": "` + anyText + `"}]}`
	b.play(
		t,
		exchange{name: "taken", method: "POST", path: settings, body: `[{"key": "a", "value": 1}, {"key": "restrictions", "value": []}]`, status: 409, want: taken},
		exchange{name: "twice in one body", method: "POST", path: settings, body: `[{"key": "a", "value": 1}, {"key": "a", "value": 2}]`, status: 409, want: taken},
	)
	if after := read[[]json.RawMessage](t, b, settings); !reflect.DeepEqual(after, before) {
		t.Errorf("something was created: %s", after)
	}
}

func TestSetting_flags(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.check(t, exchange{method: "POST", path: settings, status: 201, want: `[{}, {}, {}]`, body: `[
		{"key": "fixed", "value": 1, "readOnly": true}, {"key": "kept", "value": 1, "restricted": true, "schemaUrl": "https://a.example/s"}, {"key": "secret", "value": "s", "secured": true}]`})
	put := func(name, key, body, reason string) exchange {
		return exchange{name: name, method: "PUT", path: settings + "/" + key, body: with(body, map[string]any{"key": key}), status: 400, want: refusedSetting(reason)}
	}
	b.play(
		t,
		put("read-only", "fixed", `{"value": 2}`, `"The item 'fixed' is read-only"`),
		put("not any more", "fixed", `{"value": 1, "readOnly": false}`, `"The item 'fixed' is read-only"`),
		put("unrestrict", "kept", `{"value": 1, "restricted": false}`, `"The item 'kept' is restricted, which cannot be undone"`),
		put("another schema", "kept", `{"value": 1, "schemaUrl": "https://b.example/s"}`, `"The schemaUrl of 'kept' cannot change"`),
		put("no schema", "kept", `{"value": 1, "schemaUrl": ""}`, `"The schemaUrl of 'kept' cannot change"`),
		put("secured number", "secret", `{"value": 1}`, `"only a text can be secured"`),
		exchange{name: "restricted, deleted", method: "DELETE", path: settings + "/kept", status: 400, want: refusedSetting(`"The item 'kept' is restricted: it cannot be deleted"`)},
		exchange{name: "restricted, changed", method: "PUT", path: settings + "/kept", body: `{"key": "kept", "value": 2, "restricted": true, "schemaUrl": "https://a.example/s"}`, status: 200, want: `{"value": 2, "restricted": true}`},
		exchange{name: "read-only, deleted", method: "DELETE", path: settings + "/fixed", status: 204},
		exchange{name: "no longer secured", method: "PUT", path: settings + "/secret", body: `{"key": "secret", "value": 1, "secured": false}`, status: 200, want: `{"value": 1, "secured": false}`},
		exchange{name: "another key", method: "PUT", path: settings + "/secret", body: `{"key": "kept", "value": 1}`, status: 400, want: refusedSetting(`"` + anyText + `"`)},
	)
}

// Items of clients are kept apart, whatever characters their names have.
func TestSetting_clients(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	of := func(client string) string { return api.Path(api.PathClientSettings, servertest.Tenant, client) }
	clients := []string{"a", "a_b", "a/b", "ä b", "%2F"}
	for i, client := range clients {
		for _, key := range []string{"b_c", "c", "b/c"} {
			item := fmt.Sprintf(`{"key": %q, "value": %d}`, key, i)
			b.check(t, exchange{method: "POST", path: of(client), body: "[" + with(item, map[string]any{"_id": "x"}) + "]", status: 201, want: fmt.Sprintf(`[{"_id": %q, "client": %q, "key": %q, "value": %d, "version": 1}]`, client+"_"+key, client, key, i)})
		}
	}
	for i, client := range clients {
		b.check(t, exchange{path: of(client), status: 200, want: strings.Repeat(fmt.Sprintf(`[{"client": %q, "value": %d},{"key": "c"},{"value": %d}]`, client, i, i), 1)})
		one := api.Path(api.PathClientSetting, servertest.Tenant, client, "b/c")
		b.check(t, exchange{method: "PUT", path: one, body: `{"key": "b/c", "value": true, "client": "` + client + `"}`, status: 200, want: fmt.Sprintf(`{"client": %q, "value": true, "version": 2}`, client)})
		b.check(t, exchange{path: one, status: 200, want: `{"value": true}`})
	}
	b.play(
		t,
		exchange{name: "clients", path: "/configuration/acme/clients", status: 200, want: `["%2F", "a", "a/b", "a_b", "ä b"]`},
		exchange{name: "some keys", path: of("a") + "?keys=c,b/c", status: 200, want: `[{"key": "c"}, {"key": "b/c"}]`},
		exchange{name: "unknown client", path: of("nobody"), status: 200, want: `[]`},
		exchange{name: "another client's", method: "POST", path: of("a"), body: `[{"key": "d", "value": 1, "client": "b"}]`, status: 400, want: refusedSetting(`"` + anyText + `"`)},
		exchange{name: "taken", method: "POST", path: of("a"), body: `[{"key": "d", "value": 1}, {"key": "c", "value": 1}]`, status: 409, want: `{"status": 409}`},
		exchange{name: "not of the tenant", path: settings + "/c", status: 404, want: `{"status": 404}`},
		exchange{name: "nor the tenant's", path: of("a") + "/restrictions", status: 404, want: `{"status": 404}`},
		exchange{name: "a value that the tenant could not have", method: "POST", path: of("a"), body: `[{"key": "restrictions", "value": "any"}]`, status: 201, want: `[{"value": "any"}]`},
	)
	for _, key := range []string{"b_c", "c", "b/c", "restrictions"} {
		b.check(t, exchange{method: "DELETE", path: api.Path(api.PathClientSetting, servertest.Tenant, "a", key), status: 204})
	}
	b.check(t, exchange{path: "/configuration/acme/clients", status: 200, want: `["%2F", "a/b", "a_b", "ä b"]`})
	if _, err := b.server.EnsureTenant(t.Context(), "other", ""); err != nil {
		t.Fatal(err)
	}
	other := bearer(b.issue(t, "other", api.AllScopes()...))
	b.check(t, exchange{path: "/configuration/other/clients", header: other, status: 200, want: `[]`})
	b.check(t, exchange{path: "/configuration/other/clients/a_b/configurations/c", header: other, status: 404, want: `{"status": 404}`})
}

func TestSetting_forAll(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	anyone := bearer(b.issue(t, servertest.Tenant))
	b.check(t, exchange{method: "POST", path: settings, body: `[{"key": "project_country", "value": "DE"}, {"key": "secret", "value": "s", "secured": true}]`, status: 201, want: `[{}, {}]`})
	got := b.send(t, exchange{path: "/configuration/acme/basic-configuration", header: anyone})
	var items []api.Setting
	if err := json.Unmarshal(got.body, &items); err != nil || got.status != 200 {
		t.Fatalf("got %d %s", got.status, got.body)
	}
	var keys []string
	for _, item := range items {
		keys = append(keys, item.Key)
	}
	if slices.Sort(keys); !slices.Equal(keys, []string{"project_country", "project_curr", "project_lang"}) {
		t.Errorf("the basic items are %q", keys)
	}
	b.play(
		t,
		exchange{name: "some of the basic ones", path: "/configuration/acme/basic-configuration?keys=project_country,secret", header: anyone, status: 200, want: `[{"key": "project_country", "value": "DE"}]`},
		exchange{name: "global ones", path: "/configuration/acme/global-configurations", header: anyone, status: 200, want: `[]`},
		exchange{name: "the rest", path: settings, header: anyone, status: 403, want: `{"status": 403, "type": "forbidden", "details": [{"message": "Required scope(s): [configuration.configuration_view]"}]}`},
	)
}

// Of two changes to one version exactly one wins.
func TestSetting_changedTogether(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	for version := 1; version <= 10; version++ {
		put := exchange{method: "PUT", path: settings + "/restrictions", body: fmt.Sprintf(`{"key": "restrictions", "value": ["v%d"], "version": %d}`, version, version)}
		if counts := b.together(t, put, put); counts[200] != 1 || counts[409] != 1 {
			t.Fatalf("version %d: got %v, want one 200 and one 409", version, counts)
		}
	}
	post := exchange{method: "POST", path: settings, body: `[{"key": "new", "value": 1}]`}
	if counts := b.together(t, post, post, post); counts[http.StatusCreated] != 1 || counts[409] != 2 {
		t.Fatalf("got %v, want one 201 and two 409", counts)
	}
}
