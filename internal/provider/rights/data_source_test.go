package rights_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// smallPages makes a backend give pages of a size of its own, and counts them.
func smallPages(path string, size int, count *atomic.Int32) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, path) {
				count.Add(1)
				query := r.URL.Query()
				query.Set("pageSize", fmt.Sprint(size))
				r.URL.RawQuery = query.Encode()
				r.RequestURI = r.URL.RequestURI()
			}
			next.ServeHTTP(w, r)
		})
	}
}

// items are the objects of a list that a data source gives, and their ids.
func items(t *testing.T, v values, name string) (list []values, ids []string) {
	t.Helper()
	objects, ok := v[name].([]any)
	if !ok {
		t.Fatalf("there is no list %s: %v", name, v)
	}
	for _, o := range objects {
		item, _ := o.(values)
		id, _ := item["id"].(string)
		list, ids = append(list, item), append(ids, id)
	}
	return list, ids
}

func TestScopesDataSource(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		p.MustApply("iam_scope", state{}, values{"id": "order.export", "domain": "order", "description": values{"en": "Exports", "de": "Exportiert"}})
		p.MustApply("iam_scope", state{}, values{"id": "a.first"})
		var all, ofSite []string
		for _, s := range access.Scopes() {
			all = append(all, s.ID)
			if s.Domain == "site" {
				ofSite = append(ofSite, s.ID)
			}
		}
		for _, c := range []struct {
			config values
			want   []string
		}{
			{values{}, slices.Sorted(slices.Values(append(slices.Clone(all), "order.export", "a.first")))},
			{values{"predefined": true}, all},
			{values{"predefined": false}, []string{"a.first", "order.export"}},
			{values{"domain": "site"}, ofSite},
			{values{"domain": "order", "predefined": false}, []string{"order.export"}},
			{values{"domain": "Order"}, nil},
		} {
			got, d := p.ReadData("iam_scopes", c.config)
			if d.Failed() {
				t.Fatal(d)
			}
			if _, ids := items(t, got, "scopes"); !slices.Equal(ids, c.want) {
				t.Errorf("%v: got %v, want %v", c.config, ids, c.want)
			}
		}
		got, _ := p.ReadData("iam_scopes", values{"predefined": false})
		list, _ := items(t, got, "scopes")
		want := `[map[description:<nil> domain:<nil> id:a.first predefined:false] map[description:map[de:Exportiert en:Exports] domain:order id:order.export predefined:false]]`
		if fmt.Sprint(list) != want {
			t.Errorf("got %v, want %s", list, want)
		}
		if _, d := p.ReadData("iam_scopes", values{"domain": ""}); !d.Has(`error at AttributeName("domain")`) {
			t.Errorf("an empty domain: %v", d)
		}
	})
}

func TestAccessControlsDataSource(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		p.MustApply("iam_access_control", state{}, with(accounting(), values{"restricted_to": "EMPLOYEE"}))
		p.MustApply("iam_access_control", state{}, values{"id": "bare", "scopes": []any{"order.order_read_by_vendor"}})
		var predefined []string
		for _, c := range access.Controls() {
			predefined = append(predefined, c.ID)
		}
		slices.Sort(predefined)
		for _, c := range []struct {
			config values
			want   []string
		}{
			{values{}, slices.Sorted(slices.Values(append(slices.Clone(predefined), "accounting", "bare")))},
			{values{"predefined": true}, predefined},
			{values{"predefined": false}, []string{"accounting", "bare"}},
			{values{"domain": "billing"}, []string{"accounting"}},
			{values{"domain": "billing", "predefined": true}, nil},
		} {
			got, d := p.ReadData("iam_access_controls", c.config)
			if d.Failed() {
				t.Fatal(d)
			}
			list, ids := items(t, got, "access_controls")
			if !slices.Equal(ids, c.want) {
				t.Errorf("%v: got %v, want %v", c.config, ids, c.want)
			}
			for _, control := range list {
				if scopes, _ := control["scopes"].([]any); len(scopes) == 0 {
					t.Errorf("%v has no scopes", control["id"])
				}
			}
		}
		got, _ := p.ReadData("iam_access_controls", values{"predefined": false})
		list, _ := items(t, got, "access_controls")
		want := []string{
			"map[description:map[en:Sees orders] domains:[billing order] id:accounting name:map[de:Buchhaltung en:Accounting] predefined:false restricted_to:EMPLOYEE restriction_aware:false scopes:[order.order_read sepaexport.job_view] vendor_aware:false]",
			"map[description:<nil> domains:[] id:bare name:<nil> predefined:false restricted_to:<nil> restriction_aware:false scopes:[order.order_read_by_vendor] vendor_aware:true]",
		}
		for i := range want {
			if fmt.Sprint(list[i]) != want[i] {
				t.Errorf("got  %v\nwant %s", list[i], want[i])
			}
		}
	})
}

// Lists are read to their last page.
func TestDataSources_pages(t *testing.T) {
	t.Parallel()
	for typeName, c := range map[string]struct {
		path, list string
		want       int
	}{
		"iam_scopes":          {"/scopes", "scopes", len(access.Scopes())},
		"iam_access_controls": {"/access-controls", "access_controls", len(access.Controls())},
	} {
		t.Run(typeName, func(t *testing.T) {
			t.Parallel()
			var count atomic.Int32
			const size = 30
			b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: smallPages(c.path, size, &count)})
			got, d := providertest.New(t, b.Config).ReadData(typeName, values{})
			if d.Failed() {
				t.Fatal(d)
			}
			pages := (c.want + size - 1) / size
			if _, ids := items(t, got, c.list); len(ids) != c.want || pages <= 3 || int(count.Load()) != pages {
				t.Errorf("got %d in %d pages, want %d in %d", len(ids), count.Load(), c.want, pages)
			}
		})
	}
}

// An API that lists access controls without scopes is asked for each.
func TestAccessControlsDataSource_listWithoutScopes(t *testing.T) {
	t.Parallel()
	hide := silent("/access-controls", "scopes")
	b := providertest.Remote(t, servertest.Options{Wrap: func(next http.Handler) http.Handler {
		hidden := hide(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/access-controls") {
				hidden.ServeHTTP(w, r)
				return
			}
			next.ServeHTTP(w, r)
		})
	}})
	p := providertest.New(t, b.Config)
	p.MustApply("iam_access_control", state{}, accounting())
	got, d := p.ReadData("iam_access_controls", values{"predefined": false})
	if d.Failed() {
		t.Fatal(d)
	}
	if list, _ := items(t, got, "access_controls"); len(list) != 1 || fmt.Sprint(list[0]["scopes"]) != "[order.order_read sepaexport.job_view]" {
		t.Errorf("got %v", list)
	}
}

// Errors of the API do not count as an empty list.
func TestDataSources_fail(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/scopes") || strings.HasSuffix(r.URL.Path, "/access-controls") {
				w.WriteHeader(http.StatusInternalServerError)
				return
			}
			next.ServeHTTP(w, r)
		})
	}})
	p := providertest.New(t, with(b.Config, values{"max_retries": 0}))
	for typeName, want := range map[string][]string{
		"iam_scopes":           {"error: Unable to list scopes", "500"},
		"iam_access_controls":  {"error: Unable to list access controls", "500"},
		"iam_user_permissions": {`error at AttributeName("scopes"): Unable to read scopes of user`, "500"},
	} {
		config := values{}
		if typeName == "iam_user_permissions" {
			config["email"] = "owner@acme.example"
		}
		if _, d := p.ReadData(typeName, config); !d.Has(want...) {
			t.Errorf("%s: got %v", typeName, d)
		}
	}
}

// A read that is refused does not drop what is in the state.
func TestResources_forbidden(t *testing.T) {
	t.Parallel()
	s := servertest.New(t, servertest.Options{})
	config := values{"api_url": s.URL, "tenant": servertest.Tenant, "client_id": servertest.ClientID, "client_secret": servertest.ClientSecret}
	p := providertest.New(t, config)
	reader := providertest.Start(t, nil)
	reader.Configure(with(config, values{"scope": api.ScopeUserRead}))
	for typeName, c := range map[string]values{"iam_scope": invoices(), "iam_access_control": accounting()} {
		made := p.MustApply(typeName, state{}, c)
		thing := strings.ReplaceAll(strings.TrimPrefix(typeName, "iam_"), "_", " ")
		if kept, d := reader.Refresh(typeName, made); kept.Values == nil || !d.Has("error: Unable to read "+thing, "lacks the scope iam.") {
			t.Errorf("read: %v, %v", kept.Values, d)
		}
		if kept, d := reader.Apply(typeName, made, nil); kept.Values == nil || !d.Has("error: Unable to delete "+thing, "lacks the scope iam.") {
			t.Errorf("delete: %v, %v", kept.Values, d)
		}
		if fresh, d := reader.Apply(typeName, state{}, with(c, values{"id": "fresh"})); fresh.Values != nil || !d.Has("error: Unable to create "+thing, "lacks the scope iam.") {
			t.Errorf("create: %v, %v", fresh.Values, d)
		}
	}
	if _, err := s.Client.Scope(t.Context(), "fresh"); !client.IsNotFound(err) {
		t.Errorf("created: %v", err)
	}
}
