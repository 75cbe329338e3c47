package server_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server"
)

func TestLocalize_written(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.withGroups(t, "g")
	accepted := func(name, language, body, stored string) {
		t.Helper()
		b.play(
			t,
			exchange{name: name, method: "PUT", path: "~/groups/g", header: map[string]string{"Content-Language": language}, body: body, status: 204},
			exchange{name: name + ", stored", path: "~/groups/g", status: 200, want: stored},
		)
	}
	// An object replaces all texts, a plain text only the one in its language.
	accepted("all languages", "*", `{"name": {"en": "Tea", "de": "Tee"}, "description": {"fr": "Thé"}}`, `{"name": {"en": "Tea", "de": "Tee", "fr": "`+absent+`"}, "description": {"fr": "Thé"}}`)
	accepted("one language", "de", `{"name": "Kräutertee", "description": "Heiß"}`, `{"name": {"de": "Kräutertee", "en": "Tea"}, "description": {"de": "Heiß", "fr": "Thé"}}`)
	accepted("in another case", "DE", `{"name": "Tee", "description": ""}`, `{"name": {"de": "Tee", "DE": "`+absent+`", "en": "Tea"}, "description": {"de": "", "fr": "Thé"}}`)
	accepted("without the description", "de", `{"name": "Tee"}`, `{"name": {"de": "Tee", "en": "Tea"}, "description": "`+absent+`"}`)
	accepted("objects under one language", "de", `{"name": {"en": "Tea", "fr": "Thé"}, "description": "Heiß"}`, `{"name": {"en": "Tea", "fr": "Thé", "de": "`+absent+`"}, "description": {"de": "Heiß"}}`)
	accepted("keys in another case, as written", "*", `{"name": {"EN": "Tea", "De": "Tee"}}`, `{"name": {"EN": "Tea", "De": "Tee", "en": "`+absent+`"}}`)
	accepted("a plain text instead of one of them", "de", `{"name": "Kräutertee"}`, `{"name": {"EN": "Tea", "de": "Kräutertee", "De": "`+absent+`"}}`)
	accepted("an empty object", "fr", `{"name": {"de": "Tee"}, "description": {}}`, `{"name": {"de": "Tee", "EN": "`+absent+`"}, "description": "`+absent+`"}`)

	const unsupported = `{"code": 400, "status": "Bad Request", "message": "` + anyText + `", "resourceId": "` + absent + `", `
	for _, c := range []struct{ name, language, body, want string }{
		{"plain under *", "*", `{"name": "Tea"}`, `{"code": 400, "status": "Bad Request"}`},
		{"plain description under *", "*", `{"name": {"en": "Tea"}, "description": "Hot"}`, `{"code": 400, "status": "Bad Request"}`},
		{"unknown language", "pl", `{"name": "Herbata"}`, unsupported + `"details": ["Language \"pl\" is not supported; the tenant has en, de, fr"]}`},
		{"unknown language over objects", "pl", `{"name": {"en": "Tea"}}`, unsupported + `"details": ["` + anyText + `"]}`},
		{"two languages", "en, de", `{"name": "Tea"}`, unsupported + `"details": ["` + anyText + `"]}`},
		{"unknown keys", "*", `{"name": {"en": "Tea", "pl": "Herbata", "it": "Tè"}}`, unsupported + `"details": [
			"Language \"it\" is not supported; the tenant has en, de, fr", "Language \"pl\" is not supported; the tenant has en, de, fr"]}`},
		{"unknown key of the description", "*", `{"name": {"en": "Tea"}, "description": {"pl": "Gorąca"}}`, unsupported + `"details": ["` + anyText + `"]}`},
		{"one key twice", "*", `{"name": {"de": "Tee", "DE": "Kräutertee"}}`, `{"message": "name has the language de twice: the case of a language does not count"}`},
		{"no language", "", `{"name": "Tea"}`, `{"code": 400, "status": "Bad Request", "message": "The header Content-Language is missing", "details": ["Send Content-Language: * with texts as objects of language to text, or one language of the tenant, as in Content-Language: en, with plain texts"]}`},
		{"no language over objects", "", `{"name": {"en": "Tea"}}`, `{"message": "The header Content-Language is missing"}`},
		{"no language beside one", "de", `{"name": {"": "Tee", "en": "Tea"}}`, unsupported + `"details": ["` + anyText + `"]}`},
	} {
		header := map[string]string{"Content-Language": c.language}
		b.play(
			t,
			exchange{name: "PUT: " + c.name, method: "PUT", path: "~/groups/g", header: header, body: c.body, status: 400, want: c.want},
			exchange{name: "POST: " + c.name, method: "POST", path: "~/groups", header: header, body: c.body, status: 400, want: c.want},
		)
	}
	b.check(t, exchange{path: "~/groups/g", status: 200, want: `{"name": {"de": "Tee", "en": "` + absent + `"}}`})
}

func TestLocalize_read(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.create(t, "~/groups", `{"id": "g", "name": {"en": "Tea", "de": "Tee", "fr": "Thé"}, "description": {"de": "Heiß"}}`)
	const unknown = `{"code": 400, "status": "Bad Request", "message": "` + anyText + `", "resourceId": "` + absent + `", "details": ["` + anyText + `"]}`
	unknown2 := strings.Replace(unknown, `"details": [`, `"details": ["`+anyText+`", `, 1)
	for _, c := range []struct {
		accept string
		status int
		want   string
	}{
		{"*", 200, `{"name": {"en": "Tea", "de": "Tee", "fr": "Thé"}, "description": {"de": "Heiß"}}`},
		{"de", 200, `{"name": "Tee", "description": "Heiß"}`},
		{"DE", 200, `{"name": "Tee"}`},
		{"", 200, `{"name": "Tea", "description": "Heiß"}`}, // rather another language than nothing
		{"fr", 200, `{"name": "Thé", "description": "Heiß"}`},
		{"fr, de", 200, `{"name": "Thé", "description": "Heiß"}`},
		{"fr;q=0.5, de;q=0.9", 200, `{"name": "Tee"}`},
		{"en;q=0.1,fr;q=0.2,de;q=0.1", 200, `{"name": "Thé"}`},
		{"de;q=0, fr", 200, `{"name": "Thé"}`},
		{"*;q=0.1, fr", 200, `{"name": "Thé"}`},
		{"*;q=0.5", 200, `{"name": "Tea"}`},
		{"pl", 400, unknown},
		// A list needs one language that fits; a region is a language of its own. That is 400, as
		// the platform documents it, only where nothing else in the header is an answer.
		{"pl-PL,pl;q=0.9", 400, unknown2},
		{"de-CH", 400, unknown},
		{"pl, de;q=0", 400, unknown},
		{"pl, *;q=0", 400, unknown},
		{"pl, de;q=0.1", 200, `{"name": "Tee"}`},
		{"en-US,en;q=0.9", 200, `{"name": "Tea", "description": "Heiß"}`},
		{"de-CH,de;q=0.9,*;q=0.5", 200, `{"name": "Tee"}`},
		{"pl, *;q=0.5", 200, `{"name": "Tea"}`},
		{"pl, *;q=0.5, en;q=0", 200, `{"name": "Tee"}`},
		{"xx, fr;q=0.1", 200, `{"name": "Thé"}`}, // not registered
		{"en;q=0", 200, `{"name": "Tee", "description": "Heiß"}`},
		{"de;q=0", 200, `{"name": "Tea", "description": "Heiß"}`}, // rather a refused language than nothing
		{"pl;q=0", 200, `{"name": "Tea"}`},
		{" fr ; q=1.0 , , de", 200, `{"name": "Thé"}`},
		{"fr;Q=0.3, de;q=0.301", 200, `{"name": "Tee"}`},
		{"de;q=high", 400, unknown},
		{"de;q=1.1", 400, unknown},
		{"de;q=-1", 400, unknown},
		{"de;q=NaN", 400, unknown},
		{"de;q=", 400, unknown},
		{"de;level=1", 400, unknown},
		{"de_CH", 400, unknown},
		{"!", 400, unknown},
		{strings.Repeat("de-", 2000), 400, unknown},
	} {
		header := map[string]string{"Accept-Language": c.accept}
		b.play(t, exchange{name: "accept " + c.accept[:min(len(c.accept), 30)], path: "~/groups/g", header: header, status: c.status, want: c.want})
	}
	// Several lines of a header are one list.
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.url+"/iam/acme/groups/g", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header = http.Header{"Authorization": {"Bearer " + b.token}, "Accept-Language": {"pl", "fr"}}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var g struct{ Name string }
	if err := json.NewDecoder(response.Body).Decode(&g); err != nil || g.Name != "Thé" {
		t.Errorf("two lines: got %d, %+v, %v", response.StatusCode, g, err)
	}
	b.play(
		t,
		exchange{name: "q sees all languages", path: "~/groups?q=name.de:Tee", header: map[string]string{"Accept-Language": "fr"}, status: 200, want: `[{"name": "Thé"}]`},
		exchange{name: "in any case", path: "~/groups?q=name.DE:Tee", status: 200, want: `[{"id": "g"}]`},
		exchange{name: "sort too", path: "~/groups?sort=name.fr&pageSize=1", header: map[string]string{"Accept-Language": "en"}, status: 200, want: `[{"name": "Tea"}]`},
	)
}

// Every operation that answers with localized texts minds Accept-Language;
// users, assignments, invitations and the list of scopes do not know the header,
// nor do other services.
func TestLocalize_everyRoute(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.create(t, "~/groups", `{"id": "g", "name": {"en": "Tea", "de": "Tee"}, "accessControls": ["`+ordersViewer+`"]}`)
	b.check(t, exchange{method: "PUT", path: "~/scopes/s", body: `{"description": {"en": "Tea", "de": "Tee"}}`, status: 201, want: `{"id": "s"}`})
	user := b.create(t, "~/users", person("anna@acme.example", "g"))
	b.token = b.issueUser(t, user, access.Employee, api.AllScopes()...)
	fill := strings.NewReplacer(
		"/iam/{tenant}", "~", "{userId}", user, "{groupId}", "g", "{accessControlId}", ordersViewer, "{scopeId}", "s",
		"{roleId}", viewerRole, "{permissionId}", "read", "{resourceId}", "orders", "{templateId}", "viewer",
	)
	plain := []string{api.PathUsers, api.PathUser, api.PathUserMe, api.PathMyScopes, api.PathUserScopes, api.PathMembers, api.PathScopes, api.PathVendorUsers}
	for _, o := range server.Operations() {
		// Names of people, of all times, or none.
		other := strings.HasSuffix(o.Path, "/report") || strings.HasPrefix(o.Path, api.PathAuditEvents) || strings.HasPrefix(o.Path, api.PathClients)
		if o.Method != http.MethodGet || !strings.HasPrefix(o.Path, "/iam/") || strings.HasPrefix(o.Path, api.PathInvitations) || other {
			continue
		}
		path := fill.Replace(o.Path)
		localized := !slices.Contains(plain, o.Path)
		member := "name"
		if o.Path == api.PathScope {
			member = "description"
		}
		t.Run(path, func(t *testing.T) {
			status := 200
			if localized {
				status = 400
			}
			if got := b.send(t, exchange{path: path, header: map[string]string{"Accept-Language": "pl"}}); got.status != status {
				t.Errorf("unknown language: got %d, want %d", got.status, status)
			}
			all := b.send(t, exchange{path: path, header: map[string]string{"Accept-Language": "*"}})
			one := b.send(t, exchange{path: path, header: map[string]string{"Accept-Language": "de"}})
			if maps := strings.Contains(string(all.body), `"`+member+`":{`); maps != localized {
				t.Errorf("all languages: names are objects: %t; %.200s", maps, all.body)
			}
			if texts := strings.Contains(string(one.body), `"`+member+`":"`); texts != localized {
				t.Errorf("one language: names are texts: %t; %.200s", texts, one.body)
			}
		})
	}
	b.play(
		t,
		exchange{name: "list of scopes", path: "~/scopes?q=id:s", header: map[string]string{"Accept-Language": "de"}, status: 200, want: `[{"description": {"en": "Tea", "de": "Tee"}}]`},
		exchange{name: "groups inside of a user", path: "~/users/" + user + "?expand=groups", header: map[string]string{"Accept-Language": "de"}, status: 200, want: `{"groups": [{"name": {"en": "Tea", "de": "Tee"}}]}`},
		exchange{name: "access controls inside of a template", path: "~/templates?expand=accessControls&sort=id:desc&pageSize=1", header: map[string]string{"Accept-Language": "de"}, status: 200, want: `[{"name": "Viewer"}]`},
	)
}

// The tenant's configuration says which languages there are, and which is the
// default; regional ones are languages of their own.
func TestLocalize_tenantLanguages(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	value, err := json.Marshal(`[{"id": "en", "label": "English", "default": false}, {"id": "de-CH", "label": "Swiss", "default": true, "required": true}]`)
	if err != nil {
		t.Fatal(err)
	}
	b.putSetting(t, "project_lang", string(value))
	language := func(name, value string) map[string]string { return map[string]string{name: value} }
	b.play(
		t,
		exchange{name: "default", method: "PUT", path: "~/scopes/s", header: language("Content-Language", ""), body: `{"description": "Zmorge"}`, status: 201, want: `{"id": "s"}`},
		exchange{name: "stored", path: "~/scopes/s", status: 200, want: `{"description": {"de-CH": "Zmorge"}}`},
		exchange{name: "regional", method: "PUT", path: "~/groups/g", header: language("Content-Language", "DE-ch"), body: `{"name": "Zmorge"}`, status: 201, want: `{"id": "g"}`},
		exchange{name: "in the tenant's spelling", path: "~/groups/g", status: 200, want: `{"name": {"de-CH": "Zmorge"}}`},
		exchange{name: "another", method: "PUT", path: "~/groups/g", header: language("Content-Language", "en"), body: `{"name": "Breakfast"}`, status: 204},
		exchange{name: "gone", method: "PUT", path: "~/groups/g", header: language("Content-Language", "fr"), body: `{"name": "Petit"}`, status: 400, want: `{"details": ["Language \"fr\" is not supported; the tenant has de-CH, en"]}`},
		exchange{name: "both", method: "PUT", path: "~/groups/g", body: `{"name": {"en": "Breakfast", "de-CH": "Zmorge"}}`, status: 204},
		exchange{name: "default to read", path: "~/groups/g", header: language("Accept-Language", ""), status: 200, want: `{"name": "Zmorge"}`},
		exchange{name: "in another case", path: "~/groups/g", header: language("Accept-Language", "DE-ch,fr;q=0.1"), status: 200, want: `{"name": "Zmorge"}`},
		exchange{name: "objects in another case", method: "PUT", path: "~/groups/g", body: `{"name": {"EN": "Breakfast", "de-ch": "Zmorge"}}`, status: 204},
		exchange{name: "read by the tenant's spelling", path: "~/groups/g", header: language("Accept-Language", "de-CH"), status: 200, want: `{"name": "Zmorge"}`},
		exchange{name: "its language alone", path: "~/groups/g", header: language("Accept-Language", "de"), status: 400, want: `{"code": 400}`},
	)
}

// Every operation that writes localized texts in one language leaves the others as they are;
// those of groups and access controls require Content-Language, all others know it.
func TestLocalize_everyWrite(t *testing.T) {
	t.Parallel()
	b, clock := newBackendAt(t)
	lenient := over(t, b, server.Options{Store: b.store, Now: clock.Now, LenientLanguage: true})
	const name, missing = `{"name": {"de": "Kräutertee", "en": "Tea", "fr": "` + absent + `"}}`, `{"message": "The header Content-Language is missing"}`
	for _, c := range []struct {
		path, member, body string
		required           bool
	}{
		{"~/groups/g", "name", `{"name": %, "description": %}`, true},
		{"~/groups/g", "description", `{"name": %, "description": %}`, true},
		{"~/access-controls/c", "name", `{"name": %, "description": %, "scopes": ["iam.user_read"]}`, true},
		{"~/access-controls/c", "description", `{"name": %, "description": %, "scopes": ["iam.user_read"]}`, true},
		{"~/templates/t", "name", `{"name": %, "description": %}`, false},
		{"~/templates/t", "description", `{"name": %, "description": %}`, false},
		{"~/scopes/s", "description", `{"description": %}`, false},
	} {
		t.Run(c.path+" "+c.member, func(t *testing.T) {
			put := func(b *backend, language, text string) int {
				t.Helper()
				got := b.send(t, exchange{method: "PUT", path: c.path, header: map[string]string{"Content-Language": language}, body: strings.ReplaceAll(c.body, "%", text)})
				if got.status == 400 && language == "" && !strings.Contains(string(got.body), "Send Content-Language: *") {
					t.Errorf("it does not say what to send: %s", got.body)
				}
				return got.status
			}
			put(b, "*", `{"de": "Tee", "en": "Tea"}`)
			if got := put(b, "de", `"Kräutertee"`); got != 204 {
				t.Errorf("one language: got %d", got)
			}
			b.check(t, exchange{path: c.path, status: 200, want: strings.Replace(name, "name", c.member, 1)})
			if got := put(b, "", `"Herbal tea"`); (got == 400) != c.required {
				t.Errorf("without the header: got %d", got)
			}
			if got := put(lenient, "", `"Herbal tea"`); got != 204 {
				t.Errorf("without the header, leniently: got %d", got)
			}
			b.check(t, exchange{path: c.path, status: 200, want: `{"` + c.member + `": {"de": "Kräutertee", "en": "Herbal tea"}}`})
		})
	}
	b.check(t, exchange{method: "POST", path: "~/groups", header: map[string]string{"Content-Language": ""}, body: `{"name": {"en": "Tea"}}`, status: 400, want: missing})
	lenient.check(t, exchange{method: "POST", path: "~/groups", header: map[string]string{"Content-Language": ""}, body: `{"id": "l", "name": {"en": "Tea"}}`, status: 201, want: `{"id": "l"}`})
}

// With one key for each, all that is shown in one language can be decoded as a map.
func TestLocalize_oneKey(t *testing.T) {
	t.Parallel()
	b, clock := newBackendAt(t)
	b.create(t, "~/groups", `{"id": "g", "name": {"en": "Tea", "DE": "Tee"}, "description": {"fr": "Thé"}, "accessControls": ["`+ordersViewer+`"]}`)
	b.check(t, exchange{method: "PUT", path: "~/scopes/s", body: `{"description": {"en": "Tea", "de": "Tee"}}`, status: 201, want: `{"id": "s"}`})
	oneKey := over(t, b, server.Options{Store: b.store, Now: clock.Now, OneKeyMaps: true})
	accept := func(languages string) map[string]string { return map[string]string{"Accept-Language": languages} }
	const english = `{"name": {"en": "Tea", "DE": "` + absent + `"}, "description": {"fr": "Thé"}}`
	oneKey.play(
		t,
		exchange{name: "default", path: "~/groups/g", header: accept(""), status: 200, want: english},
		exchange{name: "a list of groups", path: "~/groups?q=id:g", header: accept(""), status: 200, want: "[" + english + "]"},
		exchange{name: "one language", path: "~/groups/g", header: accept("de"), status: 200, want: `{"name": {"DE": "Tee", "en": "` + absent + `"}}`},
		exchange{name: "all languages", path: "~/groups/g", status: 200, want: `{"name": {"en": "Tea", "DE": "Tee"}}`},
		exchange{name: "unknown language", path: "~/groups/g", header: accept("pl"), status: 400, want: `{"code": 400}`},
		exchange{name: "access controls", path: "~/groups/g/access-controls", header: accept(""), status: 200, want: `[{"name": {"en": "Orders Viewer"}}]`},
		exchange{name: "scope", path: "~/scopes/s", header: accept(""), status: 200, want: `{"description": {"en": "Tea", "de": "` + absent + `"}}`},
		exchange{name: "templates", path: "~/templates?sort=id:desc&pageSize=1", header: accept(""), status: 200, want: `[{"name": {"en": "Viewer"}}]`},
		exchange{name: "roles", path: "~/roles/" + viewerRole, header: accept(""), status: 200, want: `{"name": {"en": "Viewer"}}`},
		exchange{name: "no description", path: "~/templates/viewer", header: accept(""), status: 200, want: `{"name": {"en": "Viewer"}}`},
	)
}
