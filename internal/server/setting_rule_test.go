package server_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// item is the body that sets a configuration item to a value.
func item(key, value string) string { return `{"key": "` + key + `", "value": ` + value + `}` }

// list is a JSON text that holds JSON, as the platform keeps languages.
func list(t testing.TB, inner string) string {
	t.Helper()
	text, err := json.Marshal(inner)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// set changes a configuration item of the tests' tenant.
func (b *backend) set(t testing.TB, key, value string) {
	t.Helper()
	got := b.send(t, exchange{method: "PUT", path: settings + "/" + key, body: item(key, value)})
	if got.status == http.StatusBadRequest { // there is none
		got = b.send(t, exchange{method: "POST", path: settings, body: "[" + item(key, value) + "]"})
	}
	if got.status >= 300 {
		t.Fatalf("setting %s to %s: got %d %s", key, value, got.status, got.body)
	}
}

// Items that the backend reads must be valid, at creation and in a change.
func TestSettingRule_refused(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.putSetting(t, api.SettingEmailDomains, `[]`)      // which a new tenant does not have
	const fresh = "/configuration/fresh/configurations" // a tenant without these items
	if _, err := b.server.EnsureTenant(t.Context(), "fresh", ""); err != nil {
		t.Fatal(err)
	}
	other := bearer(b.issue(t, "fresh", api.AllScopes()...))
	for _, key := range []string{api.SettingLanguages, api.SettingCurrencies, api.SettingRestrictions, api.SettingSiteSync} {
		b.check(t, exchange{method: "DELETE", path: fresh + "/" + key, header: other, status: 204})
	}
	english := `{"id": "en", "label": "English", "default": true, "required": true}`
	for _, c := range []struct{ key, value, reason string }{
		{api.SettingLanguages, `["en"]`, "the value must be a text that holds a JSON list"},
		{api.SettingLanguages, `5`, "the value must be a text"},
		{api.SettingLanguages, `"en"`, "the value must be a text that holds a JSON list"},
		{api.SettingLanguages, list(t, `{"id": "en"}`), "the value must be a text that holds a JSON list"},
		{api.SettingLanguages, list(t, `null`), "one entry must be the default, not 0"},
		{api.SettingLanguages, list(t, `[]`), "one entry must be the default, not 0"},
		{api.SettingLanguages, list(t, `[null]`), "'' is not a language"},
		{api.SettingLanguages, list(t, `[{"id": "", "default": true}]`), "'' is not a language"},
		{api.SettingLanguages, list(t, `[{"id": "en", "default": false}]`), "one entry must be the default, not 0"},
		{api.SettingLanguages, list(t, `[`+english+`, {"id": "de", "default": true}]`), "one entry must be the default, not 2"},
		{api.SettingLanguages, list(t, `[`+english+`, {"id": "en"}]`), "'en' is listed twice"},
		{api.SettingLanguages, list(t, `[`+english+`, {"id": "EN"}]`), "'EN' is listed twice"},
		{api.SettingLanguages, list(t, `[`+english+`, {"id": "*"}]`), "'*' is not a language"},
		{api.SettingLanguages, list(t, `[`+english+`, {"id": "english language"}]`), "is not a language"},
		{api.SettingCurrencies, list(t, `[{"id": "eur", "default": true}]`), "'eur' is not a currency"},
		{api.SettingCurrencies, list(t, `[{"id": "EUR"}]`), "one entry must be the default, not 0"},
		{api.SettingEmailDomains, `"acme.example"`, "the value must be an array of texts"},
		{api.SettingEmailDomains, `[null]`, "is not a domain of e-mail addresses"},
		{api.SettingEmailDomains, `["acme.example", 1]`, "the value must be an array of texts"},
		{api.SettingEmailDomains, `["@acme.example"]`, "is not a domain of e-mail addresses"},
		{api.SettingEmailDomains, `["acme.example", "ACME.example"]`, "'ACME.example' is listed twice"},
		{api.SettingRestrictions, `"DE"`, "the value must be an array of texts"},
		{api.SettingRestrictions, `{"DE": true}`, "the value must be an array of texts"},
		{api.SettingRestrictions, `[1]`, "the value must be an array of texts"},
		{api.SettingRestrictions, `[["DE"]]`, "the value must be an array of texts"},
		{api.SettingRestrictions, `["DE", null]`, "'' cannot be a restriction"},
		{api.SettingRestrictions, `["DE", ""]`, "'' cannot be a restriction"},
		{api.SettingRestrictions, `["D E"]`, "'D E' cannot be a restriction"},
		{api.SettingRestrictions, `["DE#FR"]`, "'DE#FR' cannot be a restriction"},
		{api.SettingRestrictions, `["a--b"]`, "'a--b' cannot be a restriction"},
		{api.SettingSiteSync, `"true"`, "The value must be true or false"},
		{api.SettingSiteSync, `1`, "The value must be true or false"},
	} {
		for _, e := range []exchange{
			{method: "PUT", path: settings + "/" + c.key, body: item(c.key, c.value)},
			{method: "POST", path: fresh, body: "[" + item(c.key, c.value) + "]", header: other},
		} {
			got := b.send(t, e)
			if got.status != 400 || !strings.Contains(string(got.body), c.reason) || !strings.Contains(string(got.body), "'"+c.key+"' is not valid") {
				t.Errorf("%s %s: got %d %s, want %q", e.method, e.body, got.status, got.body, c.reason)
			}
		}
	}
	b.check(t, exchange{path: fresh, header: other, status: 200, want: `[]`})
	b.check(t, exchange{path: settings + "?keys=project_lang,project_curr,restrictions," + api.SettingSiteSync, status: 200, want: `[{"version": 1}, {"version": 1}, {"version": 1}, {"version": 1}]`})
}

// A tenant that lost its items is one with English and without restrictions.
func TestSettingRule_deleted(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.allowRestrictions(t, "DE")
	b.check(t, exchange{method: "PUT", path: "~/groups/g", body: `{"name": {"en": "G", "de": "Geh"}, "restrictions": ["DE"]}`, status: 201, want: `{"id": "g"}`})
	for _, key := range []string{api.SettingLanguages, api.SettingCurrencies, api.SettingRestrictions, api.SettingSiteSync} {
		b.check(t, exchange{method: "DELETE", path: settings + "/" + key, status: 204})
	}
	plain := map[string]string{"Accept-Language": "", "Content-Language": ""}
	b.play(
		t,
		exchange{name: "in the default language", path: "~/groups/g", header: plain, status: 200, want: `{"name": "G"}`},
		exchange{name: "in all", path: "~/groups/g", status: 200, want: `{"name": {"en": "G", "de": "Geh"}, "restrictions": ["DE"]}`},
		exchange{name: "another language", method: "PUT", path: "~/groups/g", body: `{"name": {"de": "Geh"}}`, status: 400, want: `{"details": ["Language \"de\" is not supported; the tenant has en"]}`},
		exchange{name: "restricted", method: "PUT", path: "~/groups/g", body: `{"name": {"en": "G"}, "restrictions": ["DE"]}`, status: 400, want: `{"message": "Restriction 'DE' is not configured for the tenant"}`},
		exchange{name: "unrestricted", method: "PUT", path: "~/groups/g", header: map[string]string{"Content-Language": "en"}, body: `{"name": "G"}`, status: 204},
		exchange{name: "basic ones", path: "/configuration/acme/basic-configuration", status: 200, want: `[]`},
		exchange{name: "sites", path: "/site/acme/sites", status: 200, want: `[{"code": "main"}]`},
	)
}

// Which values groups may be restricted to, with and without the sites.
func TestSettingRule_restrictionsOfGroups(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.set(t, api.SettingRestrictions, `["main", "EU"]`)
	restrict := func(name, values string, status int, want string) exchange {
		return exchange{name: name, method: "PUT", path: "~/groups/g", body: `{"name": {"en": "G"}, "restrictions": ` + values + `}`, status: status, want: want}
	}
	b.play(
		t,
		restrict("listed", `["EU", "main"]`, 201, `{"id": "g"}`),
		restrict("not listed", `["EU", "US"]`, 400, `{"message": "Restriction 'US' is not configured for the tenant", "resourceId": "g"}`),
		exchange{name: "sync while a value is no site", method: "PUT", path: settings + "/" + api.SettingSiteSync, body: item(api.SettingSiteSync, "true"), status: 400, want: refusedSetting(`"With enableSyncBetweenRestrictionsAndSiteCodes every restriction must be the code of a site, and there is no site 'EU'"`)},
	)
	b.create(t, "/site/acme/sites", siteBody(map[string]any{"code": "EU", "active": false}))
	b.create(t, "/site/acme/sites", siteBody(map[string]any{"code": "UK"}))
	b.set(t, api.SettingSiteSync, `true`)
	b.play(
		t,
		restrict("site", `["EU"]`, 204, ""),
		restrict("site that is not listed", `["UK", "EU"]`, 204, ""),
		restrict("no site", `["UK", "US"]`, 400, `{"message": "Restriction 'US' is not the code of a site"}`),
		exchange{name: "list what is no site", method: "PUT", path: settings + "/restrictions", body: item("restrictions", `["main", "US"]`), status: 400, want: refusedSetting(`"With enableSyncBetweenRestrictionsAndSiteCodes every restriction must be the code of a site, and there is no site 'US'"`)},
		exchange{name: "list sites", method: "PUT", path: settings + "/restrictions", body: item("restrictions", `["main", "UK"]`), status: 200, want: `{"value": ["main", "UK"]}`},
		exchange{name: "delete a listed site", method: "DELETE", path: "/site/acme/sites/UK", status: 400, want: refusedSetting(`"The tenant lists 'UK' as a restriction value, and enableSyncBetweenRestrictionsAndSiteCodes ties these to the sites: remove it from the list, or turn that setting off, first"`)},
		exchange{name: "delete another", method: "DELETE", path: "/site/acme/sites/EU", status: 204},
		exchange{name: "the group keeps it", path: "~/groups/g", status: 200, want: `{"restrictions": ["UK", "EU"]}`},
		restrict("and cannot be written with it", `["UK", "EU"]`, 400, `{"message": "Restriction 'EU' is not the code of a site"}`),
		restrict("but without", `["UK"]`, 204, ""),
	)
	b.set(t, api.SettingSiteSync, `false`)
	b.set(t, api.SettingRestrictions, `["US"]`)
	b.play(
		t,
		exchange{name: "delete the site now", method: "DELETE", path: "/site/acme/sites/UK", status: 204},
		exchange{name: "the group keeps that as well", path: "~/groups/g", status: 200, want: `{"restrictions": ["UK"]}`},
		exchange{name: "its other members may change", method: "PUT", path: "~/groups/g/users/EMPLOYEE/" + b.create(t, "~/users", person("anna@acme.example")), status: 201, want: `{}`},
		restrict("listed now", `["US"]`, 204, ""),
	)
}

// All of one body or nothing, also where the items depend on one another.
func TestSettingRule_together(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	for _, key := range []string{api.SettingRestrictions, api.SettingSiteSync} {
		b.check(t, exchange{method: "DELETE", path: settings + "/" + key, status: 204})
	}
	sync, values := item(api.SettingSiteSync, "true"), item(api.SettingRestrictions, `["US"]`)
	for _, body := range []string{sync + "," + values, values + "," + sync} {
		b.check(t, exchange{method: "POST", path: settings, body: "[" + body + "]", status: 400, want: `{"status": 400}`})
	}
	if keys := strings.Fields(ids(t, b, settings, "key")); slices.Contains(keys, api.SettingRestrictions) || slices.Contains(keys, api.SettingSiteSync) {
		t.Errorf("something was created: %q", keys)
	}
	b.check(t, exchange{method: "POST", path: settings, body: "[" + sync + "," + item(api.SettingRestrictions, `["main"]`) + "]", status: 201, want: `[{}, {}]`})
}

// FuzzSettings: whatever an item that the backend relies on is set to, it is
// refused or no other request fails on it.
func FuzzSettings(f *testing.F) {
	b := newFuzzBackend(f)
	keys := []string{api.SettingLanguages, api.SettingCurrencies, api.SettingRestrictions, api.SettingSiteSync}
	for i := range keys {
		for _, value := range []string{
			`null`, `true`, `1`, `"x"`, `[]`, `{}`, `["DE"]`, `["main", "main"]`, `"[{\"id\":\"de-CH\",\"default\":true}]"`, `"[{\"id\":\"x-y\",\"default\":true},{\"id\":\"EUR\"}]"`, `"[null]"`, `"[{\"id\":\"\\u0000\",\"default\":true}]"`,
		} {
			f.Add(uint8(i), value)
		}
	}
	do := func(t *testing.T, method, path, language, body string) int {
		r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
		for name, value := range map[string]string{"Authorization": "Bearer " + b.token, "Accept-Language": language, "Content-Language": language} {
			r.Header.Set(name, value)
		}
		w := httptest.NewRecorder()
		b.server.ServeHTTP(w, r)
		if w.Code >= 500 {
			t.Fatalf("%s %s under %q with %q: got %d %s", method, path, language, body, w.Code, w.Body)
		}
		return w.Code
	}
	f.Fuzz(func(t *testing.T, which uint8, value string) {
		key := keys[int(which)%len(keys)]
		before, err := setting(t, b, key)
		if err != nil {
			t.Fatal(err)
		}
		if do(t, "PUT", settings+"/"+key, "", `{"key":"`+key+`","value":`+value+`}`) != http.StatusOK {
			if after, err := setting(t, b, key); err != nil || after != before {
				t.Fatalf("refused, and %s is %s, %v", key, after, err)
			}
			return
		}
		for _, language := range []string{"", "*", "de", "x-y"} {
			for _, path := range []string{"/iam/acme/groups", "/iam/acme/templates", "/site/acme/sites", "/configuration/acme/basic-configuration"} {
				do(t, "GET", path, language, "")
			}
			for _, body := range []string{`{"name": "plain", "restrictions": ["DE", "main"]}`, `{"name": {"en": "x", "": "y"}, "restrictions": ["\u0000"]}`} {
				do(t, "PUT", "/iam/acme/groups/g", language, body)
			}
		}
		do(t, "DELETE", "/site/acme/sites/main", "", "")
		do(t, "PUT", settings+"/"+api.SettingSiteSync, "", item(api.SettingSiteSync, "true"))
		do(t, "PUT", settings+"/"+api.SettingSiteSync, "", item(api.SettingSiteSync, "false"))
		if got := do(t, "PUT", settings+"/"+key, "", item(key, before)); got != http.StatusOK {
			t.Fatalf("setting it back: got %d", got)
		}
	})
}

// setting is the present value of an item.
func setting(t *testing.T, b *fuzzBackend, key string) (string, error) {
	d, err := b.store.Document(t.Context(), servertest.Tenant, "setting", key)
	var stored api.Setting
	if err == nil {
		err = json.Unmarshal([]byte(d.Body), &stored)
	}
	return string(stored.Value), err
}
