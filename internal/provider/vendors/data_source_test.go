package vendors_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

func TestVendorDataSource(t *testing.T) {
	t.Parallel()
	s := servertest.New(t, servertest.Options{})
	p := providertest.New(t, values{"api_url": s.URL, "tenant": servertest.Tenant, "client_id": servertest.ClientID, "client_secret": servertest.ClientSecret})
	must(t, s.Store.PutDocument(t.Context(), store.Document{Tenant: servertest.Tenant, Kind: store.KindLocation, ID: "hq", Body: `{"type": "HEADQUARTER", "contactDetails": {}}`}))
	makeVendor(t, providertest.Backend{Client: s.Client}, "parent")
	made := p.MustApply("iam_vendor", state{}, full())
	_, err := s.Client.UpdateVendor(t.Context(), "raw", api.VendorUpdate{
		Name: "Raw Materials", Type: api.VendorSubsidiary, ParentID: "parent", LegalInfo: &api.LegalInfo{LegalName: "Raw Materials Inc."},
		ContactDetails: []api.Contact{{FirstName: "Anna", Emails: []string{"anna@raw.example", "a@raw.example"}}}, Locations: []api.LocationRef{{ID: "hq"}},
	})
	must(t, err)
	want := values{
		"id": "raw", "name": "Raw Materials", "type": "SUBSIDIARY", "parent_id": "parent", "location_ids": []any{"hq"}, "group_ids": made.Values["group_ids"],
		"legal_info": values{"legal_name": "Raw Materials Inc.", "registration_date": nil, "country_of_registration": nil, "tax_registration_number": nil},
		"contacts":   []any{values{"first_name": "Anna", "last_name": nil, "email": "anna@raw.example", "phone": nil}},
	}
	for name, config := range map[string]values{"by id": {"id": "raw"}, "by name": {"name": "Raw Materials"}} {
		if got, d := p.ReadData("iam_vendor", config); d.Failed() || len(differences(want, got)) > 0 {
			t.Errorf("%s: %v differs in %v, %v", name, got, differences(want, got), d)
		}
	}
	if got, d := p.ReadData("iam_vendor", values{"id": "parent"}); d.Failed() || got["legal_info"] != nil || got["parent_id"] != nil || fmt.Sprint(got["contacts"], got["location_ids"]) != "[] []" {
		t.Errorf("a vendor with little: %v, %v", got, d)
	}
	makeVendor(t, providertest.Backend{Client: s.Client}, "twin")
	_, err = s.Client.UpdateVendor(t.Context(), "twin", api.VendorUpdate{Name: "Vendor parent", Type: api.VendorCompany})
	must(t, err)
	for _, c := range []struct {
		config values
		want   []string
	}{
		{values{"id": "nobody"}, []string{`error at AttributeName("id"): Unable to read vendor`, "404"}},
		{values{"name": "raw materials"}, []string{`error at AttributeName("name"): Unable to read vendor`, "There is no vendor"}},
		{values{"name": "Vendor parent"}, []string{`error at AttributeName("name"): Unable to read vendor`, "2 vendors have the name", "parent, twin"}},
		{values{}, []string{"Missing Attribute Configuration"}},
		{values{"id": "raw", "name": "Raw Materials"}, []string{"Invalid Attribute Combination"}},
	} {
		if _, d := p.ReadData("iam_vendor", c.config); !d.Has(c.want...) {
			t.Errorf("%v: got %v", c.config, d)
		}
	}
}

// The list is whole, also where the API gives smaller pages than were asked for.
func TestVendorsDataSource_manyPages(t *testing.T) {
	t.Parallel()
	var pages atomic.Int32
	b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/vendors") {
				pages.Add(1)
				query := r.URL.Query()
				query.Set("pageSize", "16")
				r.URL.RawQuery = query.Encode()
			}
			next.ServeHTTP(w, r)
		})
	}})
	p := providertest.New(t, b.Config)
	const many = 60
	for i := range many {
		makeVendor(t, b, fmt.Sprintf("v%02d", i))
	}
	got, d := p.ReadData("iam_vendors", values{})
	list, _ := got["vendors"].([]any)
	if d.Failed() || len(list) != many || pages.Load() != 4 {
		t.Fatalf("%d vendors on %d pages, %v", len(list), pages.Load(), d)
	}
	for i, item := range list {
		if one, _ := item.(values); one["id"] != fmt.Sprintf("v%02d", i) || one["name"] != "Vendor "+fmt.Sprintf("v%02d", i) {
			t.Errorf("at place %d is %v", i, one)
		}
	}
}

func TestVendorsDataSource_filters(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_vendor", state{}, values{"id": "top", "name": "Top"})
	p.MustApply("iam_vendor", state{}, values{"id": "a", "name": "A", "type": "SUBSIDIARY", "parent_id": "top"})
	p.MustApply("iam_vendor", state{}, values{"id": "b", "name": "B", "parent_id": "top"})
	for _, c := range []struct {
		config values
		want   string
	}{
		{values{}, "top a b"},
		{values{"type": "SUBSIDIARY"}, "a"},
		{values{"parent_id": "top"}, "a b"},
		{values{"parent_id": "top", "type": "COMPANY"}, "b"},
		{values{"parent_id": "nobody"}, ""},
	} {
		got, d := p.ReadData("iam_vendors", c.config)
		list, _ := got["vendors"].([]any)
		var ids []string
		for _, item := range list {
			one, _ := item.(values)
			ids = append(ids, fmt.Sprint(one["id"]))
			if groups, _ := one["group_ids"].(values); len(groups) != 4 {
				t.Errorf("%v has the groups %v", one["id"], groups)
			}
			if one["id"] == "top" && len(differences(values{"group_ids": made.Values["group_ids"]}, one)) > 0 {
				t.Errorf("top has the groups %v, want %v", one["group_ids"], made.Values["group_ids"])
			}
		}
		if strings.Join(ids, " ") != c.want || d.Failed() || list == nil {
			t.Errorf("%v: got %v, %v; want %s", c.config, ids, d, c.want)
		}
	}
	if _, d := p.ReadData("iam_vendors", values{"type": "BRANCH"}); !d.Has(`error at AttributeName("type")`) {
		t.Errorf("got %v", d)
	}
}
