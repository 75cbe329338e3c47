package visibility_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// restrict makes or changes a group as somebody with another client would.
func restrict(t *testing.T, c *client.Client, id string, restrictions ...string) {
	t.Helper()
	_, err := c.UpdateGroup(t.Context(), id, api.GroupUpdate{Name: api.Text{"en": id}, UserType: access.Employee, AccessControls: []string{}, Restrictions: restrictions})
	if err != nil {
		t.Fatal(err)
	}
}

func TestRestrictionsDataSource(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		check := func(when, list, allowed string, sync bool, stale string) {
			t.Helper()
			got, d := p.ReadData("iam_restrictions", values{})
			if len(d) > 0 || fmt.Sprint(got["values"]) != list || fmt.Sprint(got["allowed_values"]) != allowed || got["sync_with_sites"] != sync || fmt.Sprint(got["stale"]) != stale {
				t.Errorf("%s: got %v, %v", when, got, d)
			}
		}
		check("a new tenant", "[]", "[]", false, "map[]")
		set(t, b.Client, api.SettingRestrictions, []string{"main", "DE", "DE", "AT"})
		restrict(t, b.Client, "g1", "DE", "main")
		restrict(t, b.Client, "g2", "DE", "AT")
		restrict(t, b.Client, "free")
		check("a list", "[AT DE main]", "[AT DE main]", false, "map[]")
		set(t, b.Client, api.SettingRestrictions, []string{"AT"})
		check("values taken off", "[AT]", "[AT]", false, "map[DE:[g1 g2] main:[g1]]")
		set(t, b.Client, api.SettingRestrictions, []string{"main"})
		p.MustApply("iam_site", state{}, with(site("AT"), values{"active": false}))
		set(t, b.Client, api.SettingSiteSync, true)
		check("tied to the sites", "[main]", "[AT main]", true, "map[DE:[g1 g2]]")
		restrict(t, b.Client, "g1", "main")
		restrict(t, b.Client, "g2")
		check("groups fixed", "[main]", "[AT main]", true, "map[]")
		for _, key := range []string{api.SettingRestrictions, api.SettingSiteSync} {
			if err := b.Client.DeleteSetting(t.Context(), key); err != nil {
				t.Fatal(err)
			}
		}
		check("nothing set", "[]", "[]", false, "map[main:[g1]]")
	})
}

func TestRestrictionsDataSource_inactiveSitesNotSeen(t *testing.T) {
	t.Parallel()
	s := servertest.New(t, servertest.Options{})
	config := values{"api_url": s.URL, "tenant": servertest.Tenant, "client_id": servertest.ClientID, "client_secret": servertest.ClientSecret}
	providertest.New(t, config).MustApply("iam_site", state{}, with(site("hidden"), values{"active": false}))
	set(t, s.Client, api.SettingSiteSync, true)
	read := func(scopes ...string) (values, providertest.Diagnostics) {
		p := providertest.Start(t, nil)
		p.Configure(with(config, values{"scope": strings.Join(scopes, " ")}))
		return p.ReadData("iam_restrictions", values{})
	}
	got, d := read(api.ScopeSettingRead, api.ScopeSiteRead, api.ScopeGroupRead)
	if d.Failed() || !d.Has("warning: Inactive Sites Not Visible", "site.site_manage") || fmt.Sprint(got["allowed_values"]) != "[main]" {
		t.Errorf("got %v, %v", got, d)
	}
	for lacking, scopes := range map[string][]string{
		api.ScopeSettingRead: {api.ScopeSiteManage, api.ScopeGroupRead},
		api.ScopeSiteRead:    {api.ScopeSettingRead, api.ScopeGroupRead},
		api.ScopeGroupRead:   {api.ScopeSettingRead, api.ScopeSiteManage},
	} {
		if _, d := read(scopes...); !d.Has("error: Unable to read restrictions", "lacks the scope "+lacking) {
			t.Errorf("without %s: %v", lacking, d)
		}
	}
}

func TestSitesDataSource(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		p.MustApply("iam_site", state{}, fullSite())
		p.MustApply("iam_site", state{}, site("a/b"))
		got, d := p.ReadData("iam_sites", values{})
		want := []any{
			values{"code": "a/b", "name": "Site a/b", "active": true, "default": false, "default_language": "en", "languages": []any{"de", "en", "fr"}, "currency": "EUR", "country": "DE", "zip_code": "10115", "ship_to_countries": []any{"DE"}},
			values{"code": "main", "name": "Main", "active": true, "default": true, "default_language": "en", "languages": []any{"de", "en", "fr"}, "currency": "EUR", "country": "DE", "zip_code": "10115", "ship_to_countries": []any{"DE"}},
		}
		if len(d) > 0 || !same(values{"": got["sites"]}, values{"": want}) {
			t.Errorf("got %v, %v", got["sites"], d)
		}
		all, d := p.ReadData("iam_sites", values{"include_inactive": true})
		list, _ := all["sites"].([]any)
		uk := with(fullSite(), values{"default": false, "languages": []any{"de", "en"}})
		if len(d) > 0 || len(list) != 3 || !same(values{"": list[2]}, values{"": uk}) {
			t.Errorf("got %v, %v", all["sites"], d)
		}
	})
}

// A tenant may have more sites than fit on a page, whatever its size.
func TestSitesDataSource_pages(t *testing.T) {
	t.Parallel()
	var pages atomic.Int32
	b := providertest.Remote(t, servertest.Options{NoContract: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, "/site/acme/sites") {
				query := r.URL.Query()
				query.Del("pageSize") // as if the service had a largest size
				r.URL.RawQuery = query.Encode()
				pages.Add(1)
			}
			next.ServeHTTP(w, r)
		})
	}})
	var want strings.Builder
	want.WriteString("main")
	for i := range 60 {
		code := fmt.Sprintf("s%02d", i)
		err := b.Client.CreateSite(t.Context(), api.Site{
			Code: code, Name: code, Active: i%7 != 0, DefaultLanguage: "en", Languages: []string{"en"}, Currency: "EUR",
			HomeBase: api.HomeBase{Address: api.SiteAddress{Country: "DE", ZipCode: "1"}}, ShipToCountries: []string{"DE"},
		})
		if err != nil {
			t.Fatal(err)
		}
		want.WriteString(" " + code)
	}
	p := providertest.New(t, b.Config)
	got, d := p.ReadData("iam_sites", values{"include_inactive": true})
	var codes []string
	list, _ := got["sites"].([]any)
	for _, s := range list {
		codes = append(codes, fmt.Sprint(s.(values)["code"]))
	}
	if len(d) > 0 || strings.Join(codes, " ") != want.String() || pages.Swap(0) != 4 {
		t.Errorf("got %q, %v", codes, d)
	}
	set(t, b.Client, api.SettingSiteSync, true)
	restrictions, d := p.ReadData("iam_restrictions", values{})
	if len(d) > 0 || strings.Trim(fmt.Sprint(restrictions["allowed_values"]), "[]") != want.String() || pages.Load() != 4 {
		t.Errorf("got %v, %v", restrictions, d)
	}
}

func TestSitesDataSource_inactiveSitesWithoutTheScope(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.Start(t, nil)
	p.Configure(with(b.Config, values{"scope": api.ScopeSiteRead}))
	if _, d := p.ReadData("iam_sites", values{"include_inactive": true}); !d.Has("error: Unable to list sites", "lacks the scope site.site_manage") {
		t.Errorf("got %v", d)
	}
	if got, d := p.ReadData("iam_sites", values{}); d.Failed() || got["sites"] == nil {
		t.Errorf("active sites: %v, %v", got, d)
	}
}
