package visibility_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// site is a site with nothing that can be left out.
func site(code string) values { return values{"code": code, "name": "Site " + code} }

func fullSite() values {
	return values{
		"code": "uk-store", "name": "United Kingdom", "default_language": "en", "languages": []any{"en", "de"}, "currency": "GBP",
		"country": "GB", "zip_code": "SW1A 1AA", "ship_to_countries": []any{"GB", "IE"}, "active": false,
	}
}

func TestSiteResource_life(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		planned, _, d := p.Plan("iam_site", state{}, fullSite())
		for name, v := range planned.Values {
			if v == providertest.Unknown || len(d) > 0 {
				t.Errorf("%s is not known in the plan: %v", name, d)
			}
		}
		made := p.MustApply("iam_site", state{}, fullSite())
		noChange(t, p, "iam_site", made, fullSite())
		s, err := b.Client.Site(t.Context(), "uk-store")
		if err != nil || s.Name != "United Kingdom" || s.Active || s.Default || s.Currency != "GBP" || s.HomeBase.Address.Country != "GB" || s.HomeBase.Address.ZipCode != "SW1A 1AA" ||
			!slices.Equal(s.Languages, []string{"de", "en"}) || !slices.Equal(s.ShipToCountries, []string{"GB", "IE"}) {
			t.Errorf("got %+v, %v", s, err)
		}
		imported, d := p.Import("iam_site", "uk-store")
		if len(d) > 0 || !same(imported.Values, made.Values) {
			t.Errorf("import: %v, %v", imported.Values, d)
		}

		config := with(fullSite(), values{"name": "Britain", "active": nil, "languages": []any{"en"}, "zip_code": "EC1"})
		changed := p.MustApply("iam_site", made, config)
		if s, _ = b.Client.Site(t.Context(), "uk-store"); s.Name != "Britain" || !s.Active || len(s.Languages) != 1 || s.HomeBase.Address.ZipCode != "EC1" || *s.Metadata.Version != 2 {
			t.Errorf("after the update: %+v", s)
		}
		noChange(t, p, "iam_site", changed, config)

		least := values{"code": "uk-store", "name": "Britain"}
		unset := p.MustApply("iam_site", changed, least)
		if !same(unset.Values, changed.Values) {
			t.Errorf("what is left out changed from %v to %v", changed.Values, unset.Values)
		}
		noChange(t, p, "iam_site", unset, least)

		if _, replace, _ := p.Plan("iam_site", unset, with(least, values{"code": "gb"})); !replace {
			t.Error("another code must replace the site")
		}
		p.MustApply("iam_site", unset, nil)
		if _, err := b.Client.Site(t.Context(), "uk-store"); !client.IsNotFound(err) {
			t.Errorf("destroy left the site: %v", err)
		}
		p.MustApply("iam_site", unset, nil) // gone already
	})
}

// What is left out comes from the default site, or follows from the rest.
func TestSiteResource_leftOut(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	made := func(config values) string {
		t.Helper()
		s := p.MustApply("iam_site", state{}, config)
		noChange(t, p, "iam_site", s, config)
		v := s.Values
		if v["default"] != false {
			t.Errorf("it became the default site: %v", v)
		}
		return strings.TrimSpace(fmt.Sprintln(v["default_language"], v["languages"], v["currency"], v["country"], v["zip_code"], v["ship_to_countries"], v["active"]))
	}
	for i, c := range []struct {
		want    string
		changes values
	}{
		{"en [de en fr] EUR DE 10115 [DE] true", values{}},
		{"it [it] EUR DE 10115 [DE] true", values{"default_language": "it"}},
		{"it [en it] EUR DE 10115 [DE] true", values{"default_language": "it", "languages": []any{"it", "en"}}},
		{"en [de en fr] USD DE 10115 [DE] true", values{"currency": "USD"}},
		{"en [de en fr] CHF CH 8000 [CH] true", values{"currency": "CHF", "country": "CH", "zip_code": "8000"}},
		{"en [de en fr] EUR DE 10115 [AT] true", values{"ship_to_countries": []any{"AT"}}},
		{"en [de en fr] EUR DE 10115 [] true", values{"ship_to_countries": []any{}}},
		{"fr [fr] EUR FR 75000 [DE FR] false", values{"default_language": "fr", "country": "FR", "zip_code": "75000", "ship_to_countries": []any{"DE", "FR"}, "active": false}},
	} {
		if got := made(with(site(fmt.Sprintf("s%d", i)), c.changes)); got != c.want {
			t.Errorf("%v: got %s, want %s", c.changes, got, c.want)
		}
	}
	// What followed goes on to follow, and what was said stays.
	one := p.MustApply("iam_site", state{}, with(site("one"), values{"default_language": "en", "country": "DE", "zip_code": "1"}))
	moved := p.MustApply("iam_site", one, with(site("one"), values{"default_language": "de", "country": "AT", "zip_code": "2"}))
	if fmt.Sprint(moved.Values["languages"], moved.Values["ship_to_countries"]) != "[de] [AT]" {
		t.Errorf("got %v", moved.Values)
	}
	two := p.MustApply("iam_site", state{}, with(site("two"), values{"default_language": "en", "languages": []any{"en", "de"}}))
	if _, _, d := p.Plan("iam_site", two, with(site("two"), values{"default_language": "fr"})); !d.Has(`error at AttributeName("default_language"): Default Language Missing`, "add it to languages") {
		t.Errorf("got %v", d)
	}
	// Without a default site that can be seen there is nothing to take from.
	if err := b.Client.UpdateSite(t.Context(), "main", hidden(t, b.Client, "main")); err != nil {
		t.Fatal(err)
	}
	if none, d := p.Apply("iam_site", state{}, site("three")); none.Values != nil || !d.Has("error: Unable to create site", "no active default site", "set default_language") {
		t.Errorf("got %v, %v", none.Values, d)
	}
	p.MustApply("iam_site", state{}, fullSite())
}

// hidden is what makes a site inactive.
func hidden(t *testing.T, c *client.Client, code string) api.SiteUpdate {
	t.Helper()
	s, err := c.Site(t.Context(), code)
	if err != nil {
		t.Fatal(err)
	}
	return api.SiteUpdate{Name: s.Name, DefaultLanguage: s.DefaultLanguage, Languages: s.Languages, Currency: s.Currency, HomeBase: s.HomeBase, ShipToCountries: s.ShipToCountries}
}

func TestSiteResource_badConfiguration(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	for _, c := range []struct {
		changes values
		want    []string
	}{
		{values{"code": ""}, []string{`error at AttributeName("code"): Empty Site Code`}},
		{values{"code": "two words"}, []string{`error at AttributeName("code"): Invalid Site Code`, `"two words"`}},
		{values{"code": "a#b"}, []string{`error at AttributeName("code"): Invalid Site Code`}},
		{values{"code": ".."}, []string{`error at AttributeName("code"): Invalid Site Code`}},
		{values{"name": "  "}, []string{`error at AttributeName("name"): White Space Around Text`}},
		{values{"name": nil}, []string{`error at AttributeName("name")`}},
		{values{"default_language": "EN"}, []string{`error at AttributeName("default_language")`, `The language "EN" is written en.`}},
		{values{"languages": []any{"en", "deu"}}, []string{`error at AttributeName("languages")`, "must have two letters"}},
		{values{"languages": []any{}}, []string{`error at AttributeName("languages")`}},
		{values{"languages": []any{"de", "fr"}}, []string{`error at AttributeName("default_language"): Default Language Missing`, "[de fr]"}},
		{values{"default_language": nil}, []string{`error at AttributeName("languages")`, "default_language"}},
		{values{"currency": "Euro"}, []string{`error at AttributeName("currency")`, `ISO 4217 has no currency "Euro"`}},
		{values{"currency": "eur"}, []string{`error at AttributeName("currency")`, `The currency "eur" is written EUR.`}},
		{values{"country": "Germany"}, []string{`error at AttributeName("country")`, `ISO 3166-1 has no country "Germany"`}},
		{values{"country": nil}, []string{`error at AttributeName("zip_code")`, "country"}},
		{values{"zip_code": nil}, []string{`error at AttributeName("country")`, "zip_code"}},
		{values{"zip_code": ""}, []string{`error at AttributeName("zip_code")`}},
		{values{"ship_to_countries": []any{"DE", "at"}}, []string{`error at AttributeName("ship_to_countries")`, `The country "at" is written AT.`}},
	} {
		if _, _, d := p.Plan("iam_site", state{}, with(fullSite(), c.changes)); !d.Has(c.want...) {
			t.Errorf("%v: got %v", c.changes, d)
		}
	}
	for _, name := range []string{"code", "name", "default_language", "languages", "currency", "country", "zip_code", "ship_to_countries", "active"} {
		planned, _, d := p.Plan("iam_site", state{}, with(fullSite(), values{name: providertest.Unknown}))
		if len(d) > 0 || planned.Values[name] != providertest.Unknown {
			t.Errorf("%s unknown: %v, %v", name, planned.Values, d)
		}
	}
	planned, _, d := p.Plan("iam_site", state{}, with(fullSite(), values{"default_language": providertest.Unknown, "languages": nil, "country": providertest.Unknown, "ship_to_countries": nil}))
	if len(d) > 0 || planned.Values["languages"] != providertest.Unknown || planned.Values["ship_to_countries"] != providertest.Unknown {
		t.Errorf("what follows from what is unknown: %v, %v", planned.Values, d)
	}
}

// Codes may hold nearly any character.
func TestSiteResource_codes(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		for _, code := range []string{"a/b", "ä", "50%", "a?b", "a%2Fb"} {
			made := p.MustApply("iam_site", state{}, site(code))
			noChange(t, p, "iam_site", made, site(code))
			imported, d := p.Import("iam_site", code)
			if len(d) > 0 || !same(imported.Values, made.Values) {
				t.Errorf("%s: %v, %v", code, imported.Values, d)
			}
			changed := p.MustApply("iam_site", made, with(site(code), values{"name": "Changed"}))
			p.MustApply("iam_site", changed, nil)
		}
	})
}

func TestSiteResource_codeExists(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	none, d := p.Apply("iam_site", state{}, site("main"))
	if none.Values != nil || !d.Has(`error at AttributeName("code"): Site Already Exists`, "already exists in the tenant", `id = "main"`) {
		t.Errorf("got %v, %v", none.Values, d)
	}
	if s, err := b.Client.Site(t.Context(), "main"); err != nil || s.Name != "Main" || *s.Metadata.Version != 1 {
		t.Errorf("the site was touched: %+v, %v", s, err)
	}
}

// The default site can be managed and not deleted.
func TestSiteResource_defaultSite(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	imported, d := p.Import("iam_site", "main")
	if len(d) > 0 || imported.Values["default"] != true {
		t.Fatalf("got %v, %v", imported.Values, d)
	}
	changed := p.MustApply("iam_site", imported, values{"code": "main", "name": "Shop"})
	noChange(t, p, "iam_site", changed, values{"code": "main", "name": "Shop"})
	kept, d := p.Apply("iam_site", changed, nil)
	if kept.Values == nil || !d.Has("error: Unable to delete site", "make another site the default first", "removed block") {
		t.Errorf("got %v, %v", kept.Values, d)
	}
	// Another one becomes the default in the dashboard.
	other := p.MustApply("iam_site", state{}, site("other"))
	makeDefault(t, b.Client, "other")
	for _, s := range []struct {
		state
		config values
		want   bool
	}{{changed, values{"code": "main", "name": "Shop"}, false}, {other, site("other"), true}} {
		refreshed, d := p.Refresh("iam_site", s.state)
		planned, _, dd := p.Plan("iam_site", refreshed, s.config)
		if len(d)+len(dd) > 0 || refreshed.Values["default"] != s.want || !same(refreshed.Values, planned.Values) {
			t.Errorf("got %v, planned %v, %v, %v", refreshed.Values, planned.Values, d, dd)
		}
	}
	p.MustApply("iam_site", changed, nil)
}

// makeDefault makes a site the default in a way that the provider has not.
func makeDefault(t *testing.T, c *client.Client, code string) {
	t.Helper()
	s, err := c.Site(t.Context(), code)
	if err == nil {
		err = c.DeleteSite(t.Context(), code)
	}
	if err == nil {
		s.Default, s.Metadata = true, nil
		err = c.CreateSite(t.Context(), *s)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestSiteResource_changedElsewhere(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		made := p.MustApply("iam_site", state{}, fullSite())
		err := b.Client.UpdateSite(t.Context(), "uk-store", api.SiteUpdate{
			Name: "Changed", Active: true, DefaultLanguage: "fr", Languages: []string{"fr", "en"}, Currency: "USD",
			HomeBase: api.HomeBase{Address: api.SiteAddress{Country: "US", ZipCode: "1"}}, ShipToCountries: []string{"US"},
		})
		if err != nil {
			t.Fatal(err)
		}
		drifted, d := p.Refresh("iam_site", made)
		for name := range fullSite() {
			if same(values{"": drifted.Values[name]}, values{"": made.Values[name]}) != (name == "code") || len(d) > 0 {
				t.Errorf("%s was %v and is %v; %v", name, made.Values[name], drifted.Values[name], d)
			}
		}
		mended := p.MustApply("iam_site", drifted, fullSite())
		noChange(t, p, "iam_site", mended, fullSite())
		if err := b.Client.DeleteSite(t.Context(), "uk-store"); err != nil {
			t.Fatal(err)
		}
		gone, d := p.Refresh("iam_site", mended)
		if gone.Values != nil || !d.Has("warning: Site Not Found", "uk-store no longer exists") {
			t.Errorf("got %v, %v", gone.Values, d)
		}
		if _, d := p.Apply("iam_site", mended, with(fullSite(), values{"name": "Late"})); !d.Has("error: Unable to update site", "There is no site with the code 'uk-store'") {
			t.Errorf("an update of what is gone: %v", d)
		}
		p.MustApply("iam_site", gone, fullSite())
	})
}

// Members that are not managed stay, also those that somebody writes while the
// site is updated.
func TestSiteResource_keepsTheRest(t *testing.T) {
	t.Parallel()
	var b *servertest.Backend
	patch := func(body string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPatch, b.URL+"/site/acme/sites/uk-store", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		token, err := b.Server.IssueToken("other", servertest.Tenant, []string{api.ScopeSiteManage})
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", "application/json")
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK {
			t.Fatalf("got %d", response.StatusCode)
		}
	}
	between := before{method: http.MethodPatch, path: "/sites/uk-store", do: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		patch(`{"name": "Theirs", "cartCalculationScale": 4}`)
		next.ServeHTTP(w, r)
	}}
	b = servertest.New(t, servertest.Options{NoFaults: true, Wrap: between.wrap})
	p := providertest.New(t, values{"api_url": b.URL, "tenant": servertest.Tenant, "client_id": servertest.ClientID, "client_secret": servertest.ClientSecret})
	made := p.MustApply("iam_site", state{}, fullSite())
	patch(`{"includesTax": true, "availableCurrencies": ["GBP", "EUR"], "homeBase": {"timezone": "Europe/London", "address": {"city": "London"}}, "mixins": {"coupons": {"length": 3}}, "future": [1.50]}`)
	between.armed.Store(true)
	config := with(fullSite(), values{"name": "Ours", "zip_code": "EC1"})
	changed := p.MustApply("iam_site", made, config)
	noChange(t, p, "iam_site", changed, config)
	d, err := b.Store.Document(t.Context(), servertest.Tenant, "site", "uk-store")
	if err != nil || between.armed.Load() {
		t.Fatal(err)
	}
	for _, member := range []string{`"name":"Ours"`, `"includesTax":true`, `"availableCurrencies":["GBP","EUR"]`, `"city":"London"`, `"zipCode":"EC1"`, `"timezone":"Europe/London"`, `"coupons":{"length":3}`, `"future":[1.50]`, `"cartCalculationScale":4`} {
		if !strings.Contains(d.Body, member) {
			t.Errorf("%s is missing: %s", member, d.Body)
		}
	}
}

// The answer to a creation or a change is lost and the request repeated: the
// site that then exists is the resource's own.
func TestSiteResource_lostAnswer(t *testing.T) {
	t.Parallel()
	cut := before{method: http.MethodPost, path: "/sites", do: lost}
	b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: cut.wrap})
	p := providertest.New(t, b.Config)
	cut.armed.Store(true)
	made := p.MustApply("iam_site", state{}, fullSite())
	if cut.armed.Load() {
		t.Fatal("the creation was not cut")
	}
	cut.method, cut.path = http.MethodPatch, "/sites/uk-store"
	cut.armed.Store(true)
	config := with(fullSite(), values{"name": "Britain"})
	changed := p.MustApply("iam_site", made, config)
	noChange(t, p, "iam_site", changed, config)
	if s, err := b.Client.Site(t.Context(), "uk-store"); err != nil || *s.Metadata.Version != 2 || cut.armed.Load() {
		t.Errorf("got %+v, %v", s, err)
	}

	// Somebody else's site with the same code is not adopted.
	taken := before{method: http.MethodPost, path: "/sites"}
	var other providertest.Backend
	taken.do = func(http.ResponseWriter, *http.Request, http.Handler) {
		s, err := other.Client.Site(t.Context(), "main")
		if err == nil {
			s.Code, s.Name, s.Default, s.Metadata = "uk-store", "Theirs", false, nil
			err = other.Client.CreateSite(t.Context(), *s)
		}
		if err != nil {
			t.Errorf("the other's creation: %v", err)
		}
		panic(http.ErrAbortHandler)
	}
	other = providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: taken.wrap})
	taken.armed.Store(true)
	none, d := providertest.New(t, other.Config).Apply("iam_site", state{}, fullSite())
	if none.Values != nil || !d.Has(`error at AttributeName("code")`, "already exists in the tenant") {
		t.Errorf("got %v, %v", none.Values, d)
	}
}
