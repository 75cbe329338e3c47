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
	accepted("all languages", "*", `{"name": {"en": "Tea", "de": "Tee"}, "description": {"fr": "Thé"}}`, `{"name": {"en": "Tea", "de": "Tee", "fr": "`+absent+`"}, "description": {"fr": "Thé"}}`)
	accepted("one language", "de", `{"name": "Tee", "description": "Heiß"}`, `{"name": {"de": "Tee", "en": "`+absent+`"}, "description": {"de": "Heiß"}}`)
	accepted("objects under one language", "de", `{"name": {"en": "Tea", "fr": "Thé"}, "description": "Heiß"}`, `{"name": {"en": "Tea", "fr": "Thé", "de": "`+absent+`"}, "description": {"de": "Heiß"}}`)
	accepted("no language", "", `{"name": "Tea"}`, `{"name": {"en": "Tea"}, "description": "`+absent+`"}`)
	accepted("objects under no language", "", `{"name": {"de": "Tee"}, "description": {}}`, `{"name": {"de": "Tee"}, "description": "`+absent+`"}`)

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
		{"unknown key under no language", "", `{"name": {"pl": "Herbata"}}`, unsupported + `"details": ["` + anyText + `"]}`},
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
		{"de, pl;q=0.1", 400, unknown},
		{"de-CH", 400, unknown},
		{"de;q=high", 400, unknown},
		{"!", 400, unknown},
		{strings.Repeat("de-", 2000), 400, unknown},
	} {
		header := map[string]string{"Accept-Language": c.accept}
		b.play(t, exchange{name: "accept " + c.accept[:min(len(c.accept), 30)], path: "~/groups/g", header: header, status: c.status, want: c.want})
	}
	b.play(
		t,
		exchange{name: "q sees all languages", path: "~/groups?q=name.de:Tee", header: map[string]string{"Accept-Language": "fr"}, status: 200, want: `[{"name": "Thé"}]`},
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
		exchange{name: "default", method: "PUT", path: "~/groups/g", header: language("Content-Language", ""), body: `{"name": "Zmorge"}`, status: 201, want: `{"id": "g"}`},
		exchange{name: "stored", path: "~/groups/g", status: 200, want: `{"name": {"de-CH": "Zmorge"}}`},
		exchange{name: "another", method: "PUT", path: "~/groups/g", header: language("Content-Language", "en"), body: `{"name": "Breakfast"}`, status: 204},
		exchange{name: "gone", method: "PUT", path: "~/groups/g", header: language("Content-Language", "fr"), body: `{"name": "Petit"}`, status: 400, want: `{"details": ["Language \"fr\" is not supported; the tenant has de-CH, en"]}`},
		exchange{name: "both", method: "PUT", path: "~/groups/g", body: `{"name": {"en": "Breakfast", "de-CH": "Zmorge"}}`, status: 204},
		exchange{name: "default to read", path: "~/groups/g", header: language("Accept-Language", ""), status: 200, want: `{"name": "Zmorge"}`},
		exchange{name: "in another case", path: "~/groups/g", header: language("Accept-Language", "de-ch"), status: 200, want: `{"name": "Zmorge"}`},
		exchange{name: "its language alone", path: "~/groups/g", header: language("Accept-Language", "de"), status: 400, want: `{"code": 400}`},
	)
}
