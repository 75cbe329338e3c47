package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// Where the tests' tenant has its sites.
const sites = "/site/acme/sites"

// siteBody is the body of a site with everything that is required, changed.
func siteBody(changes map[string]any) string {
	return with(`{"name": "Site", "defaultLanguage": "en", "languages": ["en", "de"], "currency": "EUR",
		"homeBase": {"address": {"country": "DE", "zipCode": "10115"}}, "shipToCountries": ["DE", "AT"]}`, changes)
}

// fullSite is a site with members of every kind, known and unknown.
const fullSite = `{
	"code": "uk-store", "name": "United Kingdom", "active": true, "default": false, "includesTax": true,
	"defaultLanguage": "en", "languages": ["en", "de"], "currency": "GBP", "availableCurrencies": ["GBP", "EUR"], "cartCalculationScale": 3,
	"homeBase": {"address": {"country": "GB", "zipCode": "12345", "city": "London"}, "location": {"latitude": 51.50, "longitude": -0.1}, "timezone": "Europe/London"},
	"shipToCountries": ["GB", "IE"], "taxDeterminationBasedOn": "SHIPPING_ADDRESS", "assistedBuying": {"storefrontUrl": ""},
	"payment": [{"id": "p", "active": true}], "decimalPoints": 2, "future": {"limit": 12345678901234567890123},
	"mixins": {"coupons": {"length": 3}, "fees": {"on": true}}, "metadata": {"mixins": {"coupons": "https://schemas.example/coupons.json"}}
}`

func TestSite_life(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	const path = sites + "/uk-store"
	notFound := `{"status": 404, "type": "not_found", "message": "` + anyText + `", "details": [{"message": "There is no site with the code 'uk-store'"}]}`
	shown := func(version int, changes map[string]any) string {
		changes["metadata"] = map[string]any{"version": version, "mixins": map[string]any{"coupons": "https://schemas.example/coupons.json"}}
		return with(fullSite, changes)
	}
	b.play(
		t,
		exchange{name: "none", path: path, status: 404, want: notFound},
		exchange{name: "make", method: "POST", path: sites, body: fullSite, status: 201, want: `{"id": "uk-store"}`},
		exchange{name: "taken", method: "POST", path: sites, body: fullSite, status: 409, want: `{"status": 409, "type": "conflict"}`},
		exchange{name: "read", path: path, status: 200, want: shown(1, map[string]any{"mixins": absent})},
		exchange{name: "with mixins", path: path + "?expand=payment:all,mixin:*", status: 200, want: shown(1, map[string]any{})},
		exchange{name: "with one mixin", path: path + "?expand=mixin:fees", status: 200, want: `{"mixins": {"fees": {"on": true}, "coupons": "` + absent + `"}}`},
		exchange{name: "change some", method: "PATCH", path: path, body: `{"name": "Britain", "homeBase": {"address": {"zipCode": "SW1", "city": null}}, "mixins": {"fees": null, "images": {"size": 1}}, "assistedBuying": null, "metadata": {"version": 1}}`, status: 200},
		exchange{name: "some are changed", path: path + "?expand=mixin:*", status: 200, want: shown(2, map[string]any{
			"name": "Britain", "assistedBuying": absent, "mixins": map[string]any{"coupons": map[string]any{"length": 3}, "images": map[string]any{"size": 1}, "fees": absent},
			"homeBase": map[string]any{"address": map[string]any{"country": "GB", "zipCode": "SW1", "city": absent}, "timezone": "Europe/London", "location": map[string]any{"latitude": 51.5}},
		})},
		exchange{name: "change a stale one", method: "PATCH", path: path, body: `{"name": "Late", "metadata": {"version": 1}}`, status: 409, want: `{"status": 409, "type": "conflict", "details": [{"message": "Its version is 2, not 1"}]}`},
		exchange{name: "replace a stale one", method: "PUT", path: path, body: siteBody(map[string]any{"metadata": map[string]any{"version": 3}}), status: 409, want: `{"status": 409}`},
		exchange{name: "replace", method: "PUT", path: path, body: siteBody(map[string]any{"metadata": map[string]any{"version": 2}}), status: 200},
		exchange{name: "what stays", path: path + "?expand=mixin:*", status: 200, want: `{"code": "uk-store", "name": "Site", "active": true, "default": false, "currency": "EUR", "taxDeterminationBasedOn": "BILLING_ADDRESS",
			"mixins": {"coupons": {"length": 3}}, "metadata": {"version": 3, "mixins": {"coupons": "https://schemas.example/coupons.json"}}, "future": "` + absent + `", "includesTax": "` + absent + `", "homeBase": {"timezone": "` + absent + `"}}`},
		exchange{name: "replace the mixins", method: "PUT", path: path, body: siteBody(map[string]any{"code": "uk-store", "mixins": map[string]any{}}), status: 200},
		exchange{name: "no mixins", path: path + "?expand=mixin:*", status: 200, want: `{"mixins": {"coupons": "` + absent + `"}, "metadata": {"version": 4}}`},
		exchange{name: "another code", method: "PUT", path: path, body: siteBody(map[string]any{"code": "gb"}), status: 400, want: refusedSetting(`"The code of site 'uk-store' cannot change"`)},
		exchange{name: "another code for a part", method: "PATCH", path: path, body: `{"code": "gb"}`, status: 400, want: `{"status": 400}`},
		exchange{name: "without a required member", method: "PATCH", path: path, body: `{"currency": null}`, status: 400, want: refusedSetting(`"Required member is missing: currency"`)},
		exchange{name: "delete", method: "DELETE", path: path, status: 204},
		exchange{name: "gone", path: path, status: 404, want: notFound},
		exchange{name: "not deleted again", method: "DELETE", path: path, status: 404, want: notFound},
		exchange{name: "not made by PUT", method: "PUT", path: path, body: fullSite, status: 404, want: notFound},
		exchange{name: "nor by PATCH", method: "PATCH", path: path, body: `{}`, status: 404, want: notFound},
	)
	got := b.send(t, exchange{method: "POST", path: sites, body: fullSite})
	if text := b.send(t, exchange{path: path}); got.status != 201 || !strings.Contains(string(text.body), "12345678901234567890123") {
		t.Errorf("a number did not stay as it was written: %s", text.body)
	}
}

func TestSite_refused(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.create(t, sites, siteBody(map[string]any{"code": "s"}))
	before := string(b.send(t, exchange{path: sites + "?includeInactive=true"}).body)
	b.play(t, exchange{name: "nothing", method: "POST", path: sites, body: `{"code": "x", "homeBase": {"address": {"country": null}}}`, status: 400, want: `{"status": 400, "type": "bad_request", "message": "The site is not valid", "details": [
		{"message": "Required member is missing: name"}, {"message": "Required member is missing: defaultLanguage"}, {"message": "Required member is missing: languages"}, {"message": "Required member is missing: currency"},
		{"message": "Required member is missing: homeBase.address.country"}, {"message": "Required member is missing: homeBase.address.zipCode"}, {"message": "Required member is missing: shipToCountries"}]}`})
	address := func(country, zip any) map[string]any {
		return map[string]any{"address": map[string]any{"country": country, "zipCode": zip}}
	}
	for _, c := range []struct {
		member string
		value  any
		reason string
	}{
		{"name", "  ", "name must have a visible character, not '  '"},
		{"name", 5, "name must not be a number"},
		{"defaultLanguage", "eng", "defaultLanguage must be two lower-case letters such as en, not 'eng'"},
		{"languages", []string{"en", "DE"}, "languages must be two lower-case letters such as en, not 'DE'"},
		{"languages", "en", "languages must not be a string"},
		{"currency", "Euro", "currency must be three upper-case letters such as EUR, not 'Euro'"},
		{"availableCurrencies", []string{"EUR", "usd"}, "availableCurrencies must be three upper-case letters such as EUR, not 'usd'"},
		{"homeBase", "Berlin", "Required member is missing: homeBase.address"},
		{"homeBase", address("Germany", "1"), "homeBase.address.country must be two upper-case letters such as DE, not 'Germany'"},
		{"homeBase", address("DE", 10115), "homeBase.address.zipCode must not be a number"},
		{"shipToCountries", []string{"DE", "de"}, "shipToCountries must be two upper-case letters such as DE, not 'de'"},
		{"taxDeterminationBasedOn", "NOTHING", "taxDeterminationBasedOn must be BILLING_ADDRESS or SHIPPING_ADDRESS, not 'NOTHING'"},
		{"active", "true", "active must not be a string"},
		{"default", 1, "default must not be a number"},
		{"includesTax", "yes", "includesTax must not be a string"},
		{"cartCalculationScale", -1, "cartCalculationScale must be 0 or more, not '-1'"},
		{"cartCalculationScale", 1.5, "cartCalculationScale must not be a number 1.5"},
		{"mixins", []string{"a"}, "mixins must not be a array"},
		{"metadata", map[string]any{"version": "1"}, "metadata.version must not be a string"},
	} {
		body := siteBody(map[string]any{c.member: c.value})
		want := refusedSetting(fmt.Sprintf("%q", c.reason))
		if strings.HasPrefix(c.reason, "Required") {
			want = `{"message": "The site is not valid"}`
		}
		b.play(
			t,
			exchange{name: "POST " + c.reason, method: "POST", path: sites, body: with(body, map[string]any{"code": "x"}), status: 400, want: want},
			exchange{name: "PUT " + c.reason, method: "PUT", path: sites + "/s", body: body, status: 400, want: want},
		)
	}
	for _, code := range []string{"", " ", "two words", "a#b", ".", "..", "/", strings.Repeat("x", 513), "a\u0000"} {
		b.play(t, exchange{name: fmt.Sprintf("code %.10q", code), method: "POST", path: sites, body: siteBody(map[string]any{"code": code}), status: 400, want: `{"status": 400, "type": "bad_request"}`})
	}
	b.check(t, exchange{method: "POST", path: sites, body: with(siteBody(map[string]any{"code": "x"}), map[string]any{"future": json.RawMessage("1e999")}), status: 400, want: `{"message": "The body contains a number that is too large"}`})
	if after := string(b.send(t, exchange{path: sites + "?includeInactive=true"}).body); after != before {
		t.Errorf("the sites were %s\nand are %s", before, after)
	}
}

// Of the sites of a tenant exactly one is the default.
func TestSite_default(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	isDefault := func(name, code string, main, one, two int) {
		t.Helper()
		versions := map[string]int{"main": main, "one": one, "two": two}
		for _, site := range read[[]api.Site](t, b, sites) {
			if site.Default != (site.Code == code) || *site.Metadata.Version != versions[site.Code] {
				t.Errorf("%s: got %+v in version %d, want %s to be the default and version %d", name, site, *site.Metadata.Version, code, versions[site.Code])
			}
		}
	}
	b.create(t, sites, siteBody(map[string]any{"code": "one"}))
	isDefault("made without a word", "main", 1, 1, 0)
	b.create(t, sites, siteBody(map[string]any{"code": "two", "default": true}))
	isDefault("made as the default", "two", 2, 1, 1)
	refused := refusedSetting(`"Make another site the default instead of unsetting 'two'"`)
	b.play(
		t,
		exchange{name: "unset by PUT", method: "PUT", path: sites + "/two", body: siteBody(map[string]any{"default": false}), status: 400, want: refused},
		exchange{name: "unset by PATCH", method: "PATCH", path: sites + "/two", body: `{"default": false}`, status: 400, want: refused},
		exchange{name: "removed by PATCH", method: "PATCH", path: sites + "/two", body: `{"default": null}`, status: 400, want: refused},
		exchange{name: "deleted", method: "DELETE", path: sites + "/two", status: 400, want: refusedSetting(`"Site 'two' is the default site: make another site the default first"`)},
		exchange{name: "without a word", method: "PUT", path: sites + "/two", body: siteBody(nil), status: 200},
	)
	isDefault("stays", "two", 2, 1, 2)
	b.check(t, exchange{method: "PATCH", path: sites + "/one", body: `{"default": true, "active": false}`, status: 200})
	isDefault("changed to the default", "one", 2, 2, 3)
	b.check(t, exchange{method: "PUT", path: sites + "/main", body: siteBody(map[string]any{"default": true}), status: 200})
	isDefault("replaced as the default", "main", 3, 3, 3)
	b.check(t, exchange{method: "DELETE", path: sites + "/two", status: 204})
	var all []exchange
	for i := range 8 {
		all = append(all, exchange{method: "POST", path: sites, body: siteBody(map[string]any{"code": fmt.Sprintf("d%d", i), "default": true})})
	}
	if counts := b.together(t, all...); counts[http.StatusCreated] != len(all) {
		t.Fatalf("got %v", counts)
	}
	if got := ids(t, b, sites+"?q=default:true", "default"); got != "true" {
		t.Errorf("defaults: %s", got)
	}
}

func TestSite_inactive(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.create(t, sites, siteBody(map[string]any{"code": "hidden", "active": false}))
	anyone, reader := bearer(b.issue(t, servertest.Tenant)), bearer(b.issue(t, servertest.Tenant, api.ScopeSiteRead))
	refused := `{"status": 403, "type": "forbidden", "message": "` + anyText + `", "details": [{"message": "Required scope(s): [site.site_manage]"}]}`
	b.play(
		t,
		exchange{name: "not listed", path: sites, status: 200, want: `[{"code": "main"}]`},
		exchange{name: "listed", path: sites + "?includeInactive=TRUE", status: 200, want: `[{"code": "main"}, {"code": "hidden", "active": false}]`},
		exchange{name: "no code", path: "/site/acme/siteslist", status: 200, want: `["main"]`},
		exchange{name: "all codes", path: "/site/acme/siteslist?includeInactive=true", status: 200, want: `["main", "hidden"]`},
		exchange{name: "read", path: sites + "/hidden", status: 200, want: `{"active": false}`},
		exchange{name: "anyone reads an active one", path: sites + "/main", header: anyone, status: 200, want: `{"code": "main"}`},
		exchange{name: "anyone lists active ones", path: sites, header: anyone, status: 200, want: `[{"code": "main"}]`},
		exchange{name: "not inactive ones", path: sites + "?includeInactive=true", header: reader, status: 403, want: refused},
		exchange{name: "nor their codes", path: "/site/acme/siteslist?includeInactive=true", header: reader, status: 403, want: refused},
		exchange{name: "nor one of them", path: sites + "/hidden", header: reader, status: 403, want: refused},
		exchange{name: "an unknown one", path: sites + "/nothing", header: anyone, status: 404, want: `{"status": 404}`},
		exchange{name: "neither", path: sites + "?includeInactive=maybe", status: 400, want: `{"status": 400}`},
		exchange{name: "neither counted", path: sites + "?totalCount=maybe", status: 400, want: `{"status": 400}`},
	)
}

func TestSite_lists(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	var codes []string
	for i := range 40 {
		codes = append(codes, fmt.Sprintf("s%02d", i))
		b.create(t, sites, siteBody(map[string]any{"code": codes[i], "name": fmt.Sprintf("Site %d", 40-i), "active": i != 7, "currency": []string{"EUR", "USD"}[i%2], "mixins": map[string]any{"n": map[string]any{"i": i}}}))
	}
	codes = append([]string{"main"}, codes...)
	for _, list := range []struct{ path, total string }{{sites, "40"}, {sites + "?includeInactive=true", "41"}, {"/site/acme/siteslist", "40"}, {"/site/acme/siteslist?includeInactive=true", "41"}} {
		separator := map[bool]string{true: "&", false: "?"}[strings.Contains(list.path, "?")]
		var got []string
		for page := 1; ; page++ {
			answer := b.send(t, exchange{path: fmt.Sprintf("%s%spageNumber=%d&totalCount=true", list.path, separator, page)})
			if answer.status != 200 || answer.header.Get(api.HeaderSiteCount) != list.total || answer.header.Get(api.HeaderTotalCount) != "" {
				t.Fatalf("page %d: got %d, counted %q", page, answer.status, answer.header.Get(api.HeaderSiteCount))
			}
			var rows []any
			if err := json.Unmarshal(answer.body, &rows); err != nil {
				t.Fatal(err)
			}
			if len(rows) == 0 {
				break
			}
			if want := 16; len(rows) != want && page < 3 {
				t.Errorf("page %d of %s has %d rows, want %d", page, list.path, len(rows), want)
			}
			for _, row := range rows {
				if site, ok := row.(map[string]any); ok {
					row = site["code"]
				}
				got = append(got, fmt.Sprint(row))
			}
		}
		want := strings.Join(codes, " ")
		if list.total == "40" {
			want = strings.Replace(want, "s07 ", "", 1)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %q", list.path, got)
		}
	}
	for query, want := range map[string]string{
		"sort=code:desc&pageSize=2":                       "s39 s38",
		"sort=currency:desc,name&pageSize=2":              "s39 s29",
		"q=currency:USD%20name:(%22Site%201%22)":          "s39",
		"q=mixins.n.i:5":                                  "s05",
		"q=active:false":                                  "",
		"q=active:false&includeInactive=true":             "s07",
		"q=metadata.version:1%20code:main":                "main",
		"pageSize=3&pageNumber=2":                         "s02 s03 s04",
		"pageSize=9999&pageNumber=2":                      "",
		"q=homeBase.address.country:DE&pageSize=1":        "main",
		"sort=default:desc,code:desc&pageSize=2&expand=x": "main s39",
	} {
		if got := ids(t, b, sites+"?"+query, "code"); got != want {
			t.Errorf("%s: got %q, want %q", query, got, want)
		}
	}
	b.play(
		t,
		exchange{name: "not counted", path: sites + "?pageSize=1", header: total, status: 200, want: `[{"code": "main"}]`, wantHeader: map[string]string{api.HeaderSiteCount: "", api.HeaderTotalCount: ""}},
		exchange{name: "counted by the filter", path: sites + "?pageSize=1&totalCount=true&q=currency:USD", status: 200, want: `[{"code": "s01"}]`, wantHeader: map[string]string{api.HeaderSiteCount: "19"}},
		exchange{name: "codes by a filter", path: "/site/acme/siteslist?q=currency:USD&sort=code:desc&pageSize=2", status: 200, want: `["s39", "s37"]`},
		exchange{name: "with mixins", path: sites + "?q=code:s05&expand=mixin:*", status: 200, want: `[{"mixins": {"n": {"i": 5}}}]`},
		exchange{name: "without", path: sites + "?q=code:s05", status: 200, want: `[{"mixins": "` + absent + `"}]`},
		exchange{name: "no page", path: sites + "?pageNumber=0", status: 400, want: `{"status": 400}`},
		exchange{name: "broken q", path: sites + "?q=name", status: 400, want: `{"status": 400, "details": [{"message": "` + anyText + `"}]}`},
		exchange{name: "broken sort", path: "/site/acme/siteslist?sort=code:up", status: 400, want: `{"status": 400, "details": [{"message": "` + anyText + `"}]}`},
	)
}

// A code may hold nearly any character; the path has it escaped.
func TestSite_codes(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	for _, code := range []string{"a/b", "ä", "50%", "a?b", "{x}", "a%2Fb", "...", "a;b", "A", "a", "日本"} {
		path := api.Path(api.PathSite, servertest.Tenant, code)
		b.play(
			t,
			exchange{name: code + " is created", method: "POST", path: sites, body: siteBody(map[string]any{"code": code}), status: 201, want: with(`{}`, map[string]any{"id": code})},
			exchange{name: code + " is changed", method: "PATCH", path: path, body: `{"name": "Changed"}`, status: 200},
			exchange{name: code + " is read", path: path, status: 200, want: with(`{"name": "Changed"}`, map[string]any{"code": code})},
			exchange{name: code + " is deleted", method: "DELETE", path: path, status: 204},
		)
	}
}

// New tenants start with the same site that older ones got as their database
// was migrated.
func TestSite_ofNewTenant(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	text, err := os.ReadFile("../store/sqlstore/migrations/sqlite/00002_documents.sql")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "'site', 'main', '")
	migrated, _, found := strings.Cut(rest, "'")
	if !found {
		t.Fatal("the migration makes no site")
	}
	made := read[map[string]any](t, b, sites+"/main")
	delete(made, "metadata")
	if !reflect.DeepEqual(any(made), parse(t, migrated)) {
		t.Errorf("got %v, want %s", made, migrated)
	}
}

// Of two changes to one version exactly one wins.
func TestSite_changedTogether(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	for version := 1; version <= 10; version++ {
		patch := exchange{method: "PATCH", path: sites + "/main", body: fmt.Sprintf(`{"name": "x", "metadata": {"version": %d}}`, version)}
		if counts := b.together(t, patch, patch); counts[200] != 1 || counts[409] != 1 {
			t.Fatalf("version %d: got %v, want one 200 and one 409", version, counts)
		}
	}
}

// Nothing of a tenant is seen or reached from another.
func TestSite_isolation(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	if _, err := b.server.EnsureTenant(t.Context(), "other", ""); err != nil {
		t.Fatal(err)
	}
	b.create(t, sites, siteBody(map[string]any{"code": "one", "default": true}))
	header := bearer(b.issue(t, "other", api.AllScopes()...))
	b.play(
		t,
		exchange{name: "list", path: "/site/other/sites", header: header, status: 200, want: `[{"code": "main", "default": true}]`},
		exchange{name: "read", path: "/site/other/sites/one", header: header, status: 404, want: `{"status": 404}`},
		exchange{name: "change", method: "PATCH", path: "/site/other/sites/one", header: header, body: `{}`, status: 404, want: `{"status": 404}`},
		exchange{name: "delete", method: "DELETE", path: "/site/other/sites/one", header: header, status: 404, want: `{"status": 404}`},
		exchange{name: "the other tenant's token", path: sites, header: header, status: 401, want: gatewayFault(api.FaultInvalidToken)},
	)
}

// FuzzSites: no body makes the service fail, and accepted sites can be listed and changed.
func FuzzSites(f *testing.F) {
	b := newFuzzBackend(f)
	for i, body := range []string{
		fullSite, siteBody(map[string]any{"code": "uk-store"}), siteBody(map[string]any{"default": true}), `{}`, `{"homeBase": {"address": {"city": null}}}`, `{"metadata": {"version": 1e0}}`,
		`{"mixins": {"a": {"b": {"c": null}}}, "default": true, "CODE": 5, "defaultlanguage": "x"}`, `{"homeBase": [[{"address": []}]], "languages": {"a": 1}}`, `{"code": "\u0000", "name": "\ud800"}`, `null`, `[{}]`, `{"a": 1e999}`,
	} {
		f.Add(uint8(i), body)
	}
	do := func(t *testing.T, method, path, body string) int {
		r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+b.token)
		w := httptest.NewRecorder()
		b.server.ServeHTTP(w, r)
		if w.Code >= 500 {
			t.Fatalf("%s %s with %q: got %d %s", method, path, body, w.Code, w.Body)
		}
		return w.Code
	}
	f.Fuzz(func(t *testing.T, which uint8, body string) {
		method := []string{"POST", "PUT", "PATCH"}[which%3]
		path := map[string]string{"POST": sites, "PUT": sites + "/main", "PATCH": sites + "/main"}[method]
		if do(t, method, path, body) >= 300 {
			return
		}
		for _, query := range []string{"?includeInactive=true&sort=name,homeBase.address.city:desc&q=code:exists", "?expand=mixin:*&includeInactive=true", "?q=default:true&includeInactive=true"} {
			if got := do(t, "GET", sites+query, ""); got != http.StatusOK {
				t.Fatalf("listing: got %d", got)
			}
		}
		if got := do(t, "PUT", sites+"/main", siteBody(map[string]any{"default": true})); got != http.StatusOK {
			t.Fatalf("setting it back: got %d", got)
		}
		documents, err := b.store.Documents(t.Context(), servertest.Tenant, "site")
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range documents {
			if d.ID != "main" && do(t, "DELETE", api.Path(api.PathSite, servertest.Tenant, d.ID), "") != http.StatusNoContent {
				t.Fatalf("site %q cannot be deleted", d.ID)
			}
		}
	})
}
