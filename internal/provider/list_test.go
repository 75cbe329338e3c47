package provider_test

import (
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// A list that Terraform cuts off says on its last object how many there are.
func TestList_limit(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{NoFaults: true})
	p := providertest.New(t, b.Config)
	for _, value := range []string{"AT", "CH", "DE"} {
		p.MustApply("iam_restriction", providertest.State{}, values{"value": value})
	}
	found, d := p.List("iam_restriction", providertest.Query{Limit: 2})
	if len(found) != 2 || len(d) != 1 || !d.Has("warning: List Limit Reached", "Only 2 of 3 iam_restriction objects", "limit is 2", "set limit = 3") {
		t.Errorf("two of three: %v, %v", found, d)
	}
	for _, limit := range []int64{0, 3, 100} {
		if found, d := p.List("iam_restriction", providertest.Query{Limit: limit}); len(found) != 3 || len(d) > 0 {
			t.Errorf("all three, with limit %d: %v, %v", limit, found, d)
		}
	}
}

// A list reads no object beyond the limit on its own.
func TestList_readsOnlyWhatItShows(t *testing.T) {
	t.Parallel()
	var reads atomic.Int32
	b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/access-controls/") {
				reads.Add(1)
			}
			next.ServeHTTP(w, r)
		})
	}})
	p := providertest.New(t, b.Config)
	for _, id := range []string{"a", "b", "c", "d", "e"} {
		p.MustApply("iam_access_control", providertest.State{}, values{"id": id, "scopes": []any{"order.order_read"}})
	}
	for limit, want := range map[int64]int32{2: 2, 0: 5} {
		reads.Store(0)
		if found, d := p.List("iam_access_control", providertest.Query{Limit: limit}); d.Failed() || int32(len(found)) != want || reads.Load() != want {
			t.Errorf("limit %d: %d objects, read by %d requests (%v)", limit, len(found), reads.Load(), d)
		}
	}
}

// Every list says in its documentation what limit does.
func TestList_documentsLimit(t *testing.T) {
	t.Parallel()
	for name, s := range surface(t).ListResourceSchemas {
		if !strings.Contains(s.Block.Description, "100 objects unless the block sets `limit`") {
			t.Errorf("%s: %s", name, s.Block.Description)
		}
	}
}

// A filter by an id that nothing has is a mistake; one by an id that selects
// nothing is not.
func TestList_filterOfNothing(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{NoFaults: true})
	p := providertest.New(t, b.Config)
	p.MustApply("iam_vendor", providertest.State{}, values{"id": "tea", "name": "Tea", "type": "COMPANY", "contacts": []any{values{"email": "tea@acme.example"}}})
	anna := p.MustApply("iam_user", providertest.State{}, values{"email": "anna@acme.example", "first_name": "Anna", "last_name": "Arm"}).Values["id"]
	for _, c := range []struct {
		name   string
		config values
		says   []string // none: it selects nothing
	}{
		{"iam_user", values{"group_id": "nothing"}, []string{"warning at", `"group_id"`, "Filtered Object Not Found", `no group with the id "nothing"`}},
		{"iam_user", values{"group_id": "oe-viewer"}, nil},
		{"iam_user", values{"email": "nobody@acme.example"}, nil},
		{"iam_user", values{"email": ""}, []string{"error at", `"email"`}},
		{"iam_group", values{"vendor_id": "nothing"}, []string{"warning at", `"vendor_id"`, `no vendor with the id "nothing"`}},
		{"iam_group", values{"vendor_id": "tea", "user_type": "CUSTOMER"}, nil},
		{"iam_user_groups", values{"group_id": "nothing"}, []string{"warning at", `"group_id"`, `no group with the id "nothing"`}},
		{"iam_group_membership", values{"group_id": "nothing"}, []string{"warning at", `"group_id"`, `no group with the id "nothing"`}},
		{"iam_group_membership", values{"user_id": "nobody"}, []string{"warning at", `"user_id"`, `no user with the id "nobody"`, "customer number"}},
		{"iam_group_membership", values{"user_id": anna}, nil},
		{"iam_group_membership", values{"group_id": "oe-viewer", "user_id": anna}, nil},
		{"iam_team_member", values{"role": "boss"}, []string{"error at", `"role"`}},
		{"iam_team_member", values{"status": "gone"}, []string{"error at", `"status"`}},
		{"iam_team_member", values{"role": "billing_contact"}, nil},
	} {
		found, d := p.List(c.name, providertest.Query{Config: c.config, Limit: 100})
		if len(found) > 0 || len(d) > 0 != (c.says != nil) || c.says != nil && !d.Has(c.says...) {
			t.Errorf("%s with %v: %v, %v", c.name, c.config, found, d)
		}
	}
}

// A token that may not read vendors cannot tell whether there is one.
func TestList_filterNotChecked(t *testing.T) {
	t.Parallel()
	s := servertest.New(t, servertest.Options{NoFaults: true})
	p := providertest.New(t, values{"api_url": s.URL, "tenant": servertest.Tenant, "client_id": servertest.ClientID, "client_secret": servertest.ClientSecret, "scope": api.ScopeGroupRead + " " + api.ScopeTemplateRead})
	if found, d := p.List("iam_group", providertest.Query{Config: values{"vendor_id": "tea"}}); len(found) > 0 || !d.Has("warning at", "Filter Not Checked", `the vendor "tea"`) || d.Failed() {
		t.Errorf("found %v: %v", found, d)
	}
}

// Groups that the API created for a vendor are listed where they are asked for,
// and a group of one's own for a vendor always is.
func TestGroupList_ofVendors(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{NoFaults: true})
	p := providertest.New(t, b.Config)
	p.MustApply("iam_vendor", providertest.State{}, values{"id": "tea", "name": "Tea", "type": "COMPANY", "contacts": []any{values{"email": "tea@acme.example"}}})
	for _, g := range []api.GroupCreate{
		{ID: "orders", Name: api.Text{"en": "Orders"}, UserType: access.Employee, AccessControls: []string{}},
		{ID: "tasters", Name: api.Text{"en": "Tasters"}, UserType: access.Employee, VendorID: "tea", AccessControls: []string{}},
	} {
		if _, err := b.Client.CreateGroup(t.Context(), g); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		config values
		own    []string
		others int // created by the API
	}{
		{nil, []string{"orders", "tasters"}, 0},
		{values{"vendor_groups": false}, []string{"orders", "tasters"}, 0},
		{values{"vendor_groups": true}, []string{"orders", "tasters"}, 4},
		{values{"vendor_id": "tea"}, []string{"tasters"}, 4},
	} {
		found, d := p.List("iam_group", providertest.Query{Config: c.config})
		var ids []string
		for _, l := range found {
			id, _ := l.Identity["id"].(string)
			ids = append(ids, id)
		}
		missing := slices.ContainsFunc(c.own, func(id string) bool { return !slices.Contains(ids, id) })
		if len(d) > 0 || missing || len(ids) != len(c.own)+c.others {
			t.Errorf("with %v: %v, %v", c.config, ids, d)
		}
	}
}
