package vendors_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/provider/vendors"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// values and state are short for what every test here writes.
type (
	values = providertest.Values
	state  = providertest.State
)

func vendor() values { return values{"id": "raw", "name": "Raw Materials"} }

// full is a vendor with every argument.
func full() values {
	return values{
		"id": "raw", "name": "Raw Materials", "type": "SUBSIDIARY", "parent_id": "parent", "delete_groups": true,
		"legal_info": values{"legal_name": "Raw Materials Inc.", "registration_date": "2022-03-31", "country_of_registration": "US", "tax_registration_number": "US-1"},
		"contacts": []any{
			values{"first_name": "Anna", "last_name": "Schmidt", "email": "anna@raw.example", "phone": "+1-555-0123"},
			values{"email": "office@raw.example"},
		},
	}
}

// with returns a copy of the values with some set; nil unsets.
func with(v, changes values) values {
	merged := maps.Clone(v)
	maps.Copy(merged, changes)
	return merged
}

// differences names the attributes in which two states differ.
func differences(a, b values) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(a)) {
		x, _ := json.Marshal(a[name])
		y, _ := json.Marshal(b[name])
		if string(x) != string(y) {
			names = append(names, name)
		}
	}
	return names
}

// noChange refreshes and plans, and wants nothing to differ.
func noChange(t *testing.T, p *providertest.Provider, s state, config values) {
	t.Helper()
	refreshed, d := p.Refresh("iam_vendor", s)
	if diff := differences(s.Values, refreshed.Values); len(d) > 0 || len(diff) > 0 {
		t.Errorf("the refresh changes %v: %v, %v", diff, refreshed.Values, d)
	}
	planned, _, d := p.Plan("iam_vendor", refreshed, config)
	if diff := differences(refreshed.Values, planned.Values); len(diff) > 0 || len(d) > 0 {
		t.Errorf("the plan changes %v: %v, %v", diff, planned.Values, d)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func makeVendor(t *testing.T, b providertest.Backend, id string) {
	t.Helper()
	_, err := b.Client.CreateVendor(t.Context(), api.VendorCreate{ID: id, Name: "Vendor " + id})
	must(t, err)
}

func TestVendorResource_life(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		makeVendor(t, b, "parent")
		made := p.MustApply("iam_vendor", state{}, full())
		v, err := b.Client.Vendor(t.Context(), "raw")
		must(t, err)
		legal := api.LegalInfo{LegalName: "Raw Materials Inc.", RegistrationDate: "2022-03-31", CountryOfRegistration: "US", TaxRegistrationNumber: "US-1"}
		if v.Name != "Raw Materials" || v.Type != api.VendorSubsidiary || v.ParentID != "parent" || *v.LegalInfo != legal || len(v.ContactDetails) != 2 ||
			v.ContactDetails[0].FirstName != "Anna" || v.ContactDetails[0].Phone != "+1-555-0123" || v.ContactDetails[1].Email != "office@raw.example" {
			t.Errorf("got %+v", v)
		}
		groups, err := b.Client.VendorGroups(t.Context(), "raw")
		must(t, err)
		ids, _ := made.Values["group_ids"].(values)
		if len(groups) != 4 || len(ids) != 4 {
			t.Errorf("the vendor has the groups %v, the state %v", groups, ids)
		}
		for _, g := range groups {
			if kind, ok := access.VendorGroupKind(g.AccessControls); !ok || ids[kind] != g.ID {
				t.Errorf("%s is %v, want %s", kind, ids[kind], g.ID)
			}
		}
		noChange(t, p, made, full())

		changes := with(full(), values{
			"name": "Raw Goods", "type": "COMPANY", "legal_info": values{"legal_name": "Raw Goods Inc."},
			"contacts": []any{values{"email": "office@raw.example", "phone": "1"}, values{"email": "ben@raw.example"}},
		})
		changed := p.MustApply("iam_vendor", made, changes)
		v, err = b.Client.Vendor(t.Context(), "raw")
		must(t, err)
		if v.Name != "Raw Goods" || v.Type != api.VendorCompany || *v.LegalInfo != (api.LegalInfo{LegalName: "Raw Goods Inc."}) || len(v.ContactDetails) != 2 || v.ContactDetails[0].Phone != "1" {
			t.Errorf("after the update: %+v", v)
		}
		if !maps.Equal(changed.Values["group_ids"].(values), ids) { //nolint:forcetypeassert // it is in the schema
			t.Errorf("the groups were %v, and are %v", ids, changed.Values["group_ids"])
		}
		noChange(t, p, changed, changes)

		plain := p.MustApply("iam_vendor", changed, vendor())
		v, err = b.Client.Vendor(t.Context(), "raw")
		must(t, err)
		if v.Type != api.VendorCompany || v.ParentID != "" || v.LegalInfo != nil || v.ContactDetails != nil {
			t.Errorf("after unsetting: %+v", v)
		}
		noChange(t, p, plain, vendor())
		for _, key := range []string{"raw", "Raw Materials"} {
			if imported, d := p.Import("iam_vendor", key); d.Failed() || len(differences(plain.Values, imported.Values)) > 0 {
				t.Errorf("import of %s: %v, %v", key, imported.Values, d)
			}
		}
		p.MustApply("iam_vendor", plain, nil)
		if _, err := b.Client.Vendor(t.Context(), "raw"); !client.IsNotFound(err) {
			t.Errorf("destroy left the vendor: %v", err)
		}
		if left, err := b.Client.VendorGroups(t.Context(), "raw"); err != nil || len(left) != 0 {
			t.Errorf("destroy left the groups %v, %v", left, err)
		}
	})
}

// Absent and empty are the same, and a date may be written in several ways.
func TestVendorResource_spelling(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	empty := with(vendor(), values{"legal_info": values{}, "contacts": []any{}})
	made := p.MustApply("iam_vendor", state{}, empty)
	noChange(t, p, made, empty)
	dated := with(vendor(), values{"legal_info": values{"registration_date": "2022-03-31"}})
	made = p.MustApply("iam_vendor", made, dated)
	rewrite := func(change func(*api.VendorUpdate)) {
		t.Helper()
		v, err := b.Client.Vendor(t.Context(), "raw")
		must(t, err)
		update := api.VendorUpdate{Name: v.Name, Type: v.Type, LegalInfo: v.LegalInfo, ContactDetails: v.ContactDetails}
		change(&update)
		_, err = b.Client.UpdateVendor(t.Context(), "raw", update)
		must(t, err)
	}
	rewrite(func(u *api.VendorUpdate) { u.LegalInfo.RegistrationDate = "2022-03-31T02:00:00.000+02:00" })
	noChange(t, p, made, dated)
	rewrite(func(u *api.VendorUpdate) { u.LegalInfo.RegistrationDate = "2022-04-01T00:00:00.000Z" })
	drifted, _ := p.Refresh("iam_vendor", made)
	if legal, _ := drifted.Values["legal_info"].(values); legal["registration_date"] != "2022-04-01T00:00:00.000Z" {
		t.Errorf("the drift reads %v", drifted.Values)
	}
	rewrite(func(u *api.VendorUpdate) { u.LegalInfo = nil })
	if drifted, _ = p.Refresh("iam_vendor", made); drifted.Values["legal_info"] != nil {
		t.Errorf("the drift reads %v", drifted.Values)
	}
	noChange(t, p, p.MustApply("iam_vendor", drifted, dated), dated)
}

// Only what the API decides is unknown in a plan.
func TestVendorResource_plan(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	planned, _, d := p.Plan("iam_vendor", state{}, values{"name": "Raw Materials"})
	for name, v := range planned.Values {
		if (v == providertest.Unknown) != (name == "id" || name == "group_ids") || d.Failed() {
			t.Errorf("%s is %v, %v", name, v, d)
		}
	}
	for name, value := range map[string]any{
		"id": providertest.Unknown, "name": providertest.Unknown, "parent_id": providertest.Unknown, "legal_info": providertest.Unknown, "contacts": providertest.Unknown,
	} {
		if planned, _, d := p.Plan("iam_vendor", state{}, with(vendor(), values{name: value})); d.Failed() || planned.Values[name] != providertest.Unknown {
			t.Errorf("%s: got %v, %v", name, planned.Values[name], d)
		}
	}
	inside := with(vendor(), values{"legal_info": values{"legal_name": providertest.Unknown}, "contacts": []any{values{"email": providertest.Unknown}}})
	if _, _, d := p.Plan("iam_vendor", state{}, inside); d.Failed() {
		t.Errorf("unknown values inside: %v", d)
	}
	made := p.MustApply("iam_vendor", state{}, values{"name": "Raw Materials"})
	if planned, _, d = p.Plan("iam_vendor", made, values{"name": "Raw Goods"}); d.Failed() || planned.Values["group_ids"] == providertest.Unknown || planned.Values["id"] != made.Values["id"] {
		t.Errorf("the update plans %v, %v", planned.Values, d)
	}
	if _, replace, _ := p.Plan("iam_vendor", made, values{"name": "Raw Materials", "id": "other"}); !replace {
		t.Error("another id must replace the vendor")
	}
	p = providertest.New(t, values{"api_url": providertest.Unknown, "tenant": "acme", "client_id": "a", "client_secret": "b"})
	if _, _, d := p.Plan("iam_vendor", state{}, full()); d.Failed() {
		t.Errorf("while the provider is not known: %v", d)
	}
	if kept, d := p.Refresh("iam_vendor", made); d.Failed() || kept.Values == nil {
		t.Errorf("refresh while the provider is not known: %v, %v", kept.Values, d)
	}
}

func TestVendorResource_badConfiguration(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	for _, c := range []struct {
		changes values
		want    []string
	}{
		{values{"id": "a.b"}, []string{`error at AttributeName("id"): Invalid Id`, "letters, digits, hyphens"}},
		{values{"id": "search"}, []string{`error at AttributeName("id"): Invalid Id`}},
		{values{"id": strings.Repeat("x", 67)}, []string{`error at AttributeName("id"): Invalid Id`}},
		{values{"name": " "}, []string{`error at AttributeName("name"): White Space Around Text`}},
		{values{"type": "BRANCH"}, []string{`error at AttributeName("type")`, "COMPANY"}},
		{values{"parent_id": ""}, []string{`error at AttributeName("parent_id")`}},
		{values{"parent_id": "raw"}, []string{`error at AttributeName("parent_id"): Vendor Is Its Own Parent`}},
		{values{"legal_info": values{"registration_date": "31.03.2022"}}, []string{`AttributeName("legal_info").AttributeName("registration_date"): Invalid Date`, "such as 2022-03-31"}},
		{values{"legal_info": values{"legal_name": ""}}, []string{`AttributeName("legal_info").AttributeName("legal_name")`}},
		{values{"contacts": []any{values{"email": "Anna <anna@raw.example>"}}}, []string{`AttributeName("contacts").ElementKeyInt(0).AttributeName("email"): Invalid E-Mail Address`}},
		{values{"contacts": []any{values{"email": "anna@raw.example", "phone": ""}}}, []string{`AttributeName("contacts").ElementKeyInt(0).AttributeName("phone")`}},
	} {
		if _, _, d := p.Plan("iam_vendor", state{}, with(vendor(), c.changes)); !d.Has(c.want...) {
			t.Errorf("%v: got %v", c.changes, d)
		}
	}
}

func TestVendorResource_refused(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_vendor", state{}, vendor())
	second, d := p.Apply("iam_vendor", state{}, with(vendor(), values{"name": "Another"}))
	if !d.Has(`error at AttributeName("id"): Vendor Already Exists`, `id = "raw"`) || second.Values != nil {
		t.Errorf("an id that exists: %v, %v", second.Values, d)
	}
	if none, d := p.Apply("iam_vendor", state{}, values{"name": "Child", "parent_id": "nobody"}); !d.Has(`error at AttributeName("parent_id"): Unable to create vendor`, "does not exist") || none.Values != nil {
		t.Errorf("a parent that does not exist: %v, %v", none.Values, d)
	}
	child := p.MustApply("iam_vendor", state{}, values{"id": "child", "name": "Child", "parent_id": "raw"})
	if kept, d := p.Apply("iam_vendor", made, with(vendor(), values{"parent_id": "child"})); !d.Has(`error at AttributeName("parent_id"): Unable to update vendor`, "or a descendant") || kept.Values["parent_id"] != nil {
		t.Errorf("a parent below: %v, %v", kept.Values, d)
	}
	if kept, d := p.Apply("iam_vendor", made, nil); !d.Has("error: Unable to delete vendor", "Vendor 'child' refers to it") || kept.Values == nil {
		t.Errorf("destroying a parent: %v, %v", kept.Values, d)
	}
	p.MustApply("iam_vendor", child, nil)
	p.MustApply("iam_vendor", made, nil)
	for key, want := range map[string]string{"nobody": `There is no vendor with the name "nobody"`, "\x20No Body Inc.\u00a0": `There is no vendor with the name "No Body Inc."`} {
		if _, d := p.Import("iam_vendor", key); !d.Has("error: Unable to import vendor", want) {
			t.Errorf("import of %q: %v", key, d)
		}
	}
	for range 2 {
		p.MustApply("iam_vendor", state{}, values{"name": "Twin"})
	}
	if _, d := p.Import("iam_vendor", "Twin"); !d.Has("error: Unable to import vendor", `2 vendors have the name "Twin": use one of the ids`) {
		t.Errorf("import of a name that two have: %v", d)
	}
}

func TestVendorResource_changedElsewhere(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		made := p.MustApply("iam_vendor", state{}, vendor())
		_, err := b.Client.UpdateVendor(t.Context(), "raw", api.VendorUpdate{Name: "Other", Type: api.VendorSubsidiary, ContactDetails: []api.Contact{{Email: "x@raw.example"}}})
		must(t, err)
		drifted, d := p.Refresh("iam_vendor", made)
		if diff := differences(made.Values, drifted.Values); len(d) > 0 || fmt.Sprint(diff) != "[contacts name type]" {
			t.Errorf("the drift shows in %v: %v, %v", diff, drifted.Values, d)
		}
		noChange(t, p, p.MustApply("iam_vendor", drifted, vendor()), vendor())

		must(t, b.Client.DeleteVendor(t.Context(), "raw"))
		gone, d := p.Refresh("iam_vendor", made)
		if gone.Values != nil || !d.Has("warning: Vendor Not Found", "raw no longer exists") {
			t.Errorf("got %v, %v", gone.Values, d)
		}
		if _, d := p.Apply("iam_vendor", made, nil); d.Failed() {
			t.Errorf("destroying what is gone: %v", d)
		}
		p.MustApply("iam_vendor", gone, vendor())
	})
}

// The groups are told apart by what they carry: their names may change, and a
// vendor may have others.
func TestVendorResource_groups(t *testing.T) {
	t.Parallel()
	var looks atomic.Int32
	b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/groups") {
				looks.Add(1)
			}
			next.ServeHTTP(w, r)
		})
	}})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_vendor", state{}, vendor())
	ids, _ := made.Values["group_ids"].(values)
	manager, viewer := ids["order_manager"].(string), ids["order_viewer"].(string) //nolint:forcetypeassert // they are in the schema
	byKind := map[string]string{}
	for _, g := range access.VendorGroups() {
		byKind[g.Kind] = g.Controls[0]
	}
	rename := func(id, name string, controls ...string) {
		t.Helper()
		_, err := b.Client.UpdateGroup(t.Context(), id, api.GroupUpdate{Name: api.Text{"de": name}, AccessControls: controls})
		must(t, err)
	}
	rename(manager, "Raw Materials Vendor Order Viewer", byKind["order_manager"])
	rename(viewer, "Raw Materials Vendor Order Manager", byKind["order_viewer"])
	for id, controls := range map[string][]string{
		"younger": {byKind["order_manager"]}, "two": {byKind["order_viewer"], byKind["product_viewer"]}, "none": {},
	} {
		_, err := b.Client.CreateGroup(t.Context(), api.GroupCreate{ID: id, Name: api.Text{"en": "Own"}, VendorID: "raw", AccessControls: controls})
		must(t, err)
	}
	noChange(t, p, made, vendor())

	// One is deleted: the state says so, and the next change waits for nothing.
	must(t, b.Client.DeleteGroup(t.Context(), viewer, false))
	less, d := p.Refresh("iam_vendor", made)
	if left, _ := less.Values["group_ids"].(values); d.Failed() || len(left) != 3 || left["order_viewer"] != nil {
		t.Errorf("got %v, %v", less.Values["group_ids"], d)
	}
	looks.Store(0)
	changed := p.MustApply("iam_vendor", less, with(vendor(), values{"name": "Raw Goods"}))
	if left, _ := changed.Values["group_ids"].(values); len(left) != 3 || looks.Load() != 1 {
		t.Errorf("the update has %v after %d looks", left, looks.Load())
	}
}

// The API makes the groups some time after the vendor.
func TestVendorResource_groupsComeLater(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{VendorGroupDelay: 300 * time.Millisecond})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_vendor", state{}, vendor())
	if ids, _ := made.Values["group_ids"].(values); len(ids) != 4 {
		t.Errorf("got %v", ids)
	}
}

// Groups that cannot be seen leave a vendor in the state, whose groups the next
// refresh adds.
func TestVendorResource_groupsNotSeen(t *testing.T) {
	t.Parallel()
	var hidden atomic.Bool
	b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/groups") && hidden.Load() {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusForbidden)
				fmt.Fprint(w, `{"code": 403, "status": "Forbidden", "message": "No", "details": ["Required scope(s): [iam.group_read]"]}`)
				return
			}
			next.ServeHTTP(w, r)
		})
	}})
	p := providertest.New(t, b.Config)
	hidden.Store(true)
	made, d := p.Apply("iam_vendor", state{}, vendor())
	if ids, ok := made.Values["group_ids"].(values); d.Failed() || !ok || len(ids) != 0 || !d.Has(`warning at AttributeName("group_ids"): Vendor Groups Not Ready`, "iam.group_read", "next refresh completes group_ids") {
		t.Fatalf("got %v, %v", made.Values, d)
	}
	if kept, d := p.Refresh("iam_vendor", made); !d.Has("error: Unable to read vendor", "lacks the scope iam.group_read") || kept.Values == nil {
		t.Errorf("refresh: %v, %v", kept.Values, d)
	}
	hidden.Store(false)
	if _, d := vendors.AwaitGroups(t.Context(), b.Client, "raw"); len(d) > 0 {
		t.Fatal(d)
	}
	whole, d := p.Refresh("iam_vendor", made)
	if ids, _ := whole.Values["group_ids"].(values); len(d) > 0 || len(ids) != 4 {
		t.Errorf("got %v, %v", whole.Values, d)
	}
	noChange(t, p, whole, vendor())
}

// They do not appear in time, or not all of them. The wait ends early here, when
// they are looked for the second time.
func TestVendorResource_groupsAwaitedInVain(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var looks atomic.Int32
	b := providertest.Remote(t, servertest.Options{VendorGroupDelay: time.Hour, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/groups") && looks.Add(1) == 2 {
				cancel()
			}
			next.ServeHTTP(w, r)
		})
	}})
	makeVendor(t, b, "v")
	control := access.VendorGroups()[0].Controls[0]
	_, err := b.Client.CreateGroup(t.Context(), api.GroupCreate{ID: "one", Name: api.Text{"en": "One"}, VendorID: "v", AccessControls: []string{control}})
	must(t, err)
	ids, d := vendors.AwaitGroups(ctx, b.Client, "v")
	if d.HasError() || d.WarningsCount() != 1 || len(ids.Elements()) != 1 {
		t.Errorf("got %v, %v", ids, d)
	}
}

func TestVendorResource_destroyWithMembers(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		made := p.MustApply("iam_vendor", state{}, vendor())
		ids, _ := made.Values["group_ids"].(values)
		group, _ := ids["product_manager"].(string)
		id, err := b.Client.CreateUser(t.Context(), api.UserCreate{
			FirstName: "Ann", LastName: "Lee", ContactEmail: "ann@raw.example", Department: "Sales", PreferredSite: "main",
			PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{group},
		})
		must(t, err)
		_, err = b.Client.CreateGroup(t.Context(), api.GroupCreate{ID: "own", Name: api.Text{"en": "Own"}, VendorID: "raw", AccessControls: []string{}})
		must(t, err)
		kept, d := p.Apply("iam_vendor", made, nil)
		if !d.Has("error: Unable to delete vendor", "Group '"+group+"' has members: 1", "set delete_groups = true, apply, and destroy again") || kept.Values == nil {
			t.Errorf("got %v, %v", kept.Values, d)
		}
		forced := p.MustApply("iam_vendor", made, with(vendor(), values{"delete_groups": true}))
		p.MustApply("iam_vendor", forced, nil)
		if user, err := b.Client.User(t.Context(), id); err != nil || len(user.GroupIDs) != 0 {
			t.Errorf("the user is in %v, %v", user.GroupIDs, err)
		}
		if left, err := b.Client.VendorGroups(t.Context(), "raw"); err != nil || len(left) != 0 {
			t.Errorf("left are %v, %v", left, err)
		}
	})
}

// What the configuration cannot say stays as it is.
func TestVendorResource_keepsWhatItDoesNotManage(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	config := with(vendor(), values{"contacts": []any{values{"email": "a@raw.example"}, values{"email": "b@raw.example"}}})
	made := p.MustApply("iam_vendor", state{}, config)
	_, err := b.Client.UpdateVendor(t.Context(), "raw", api.VendorUpdate{
		Name: "Raw Materials", Type: api.VendorCompany, Mixins: map[string]json.RawMessage{"crm": json.RawMessage(`{"level":3}`)},
		ContactDetails: []api.Contact{{Emails: []string{"a@raw.example", "a2@raw.example"}, City: "Berlin"}, {Email: "b@raw.example", Tags: []string{"vip"}}},
		Metadata:       &api.VendorExpected{Mixins: map[string]json.RawMessage{"crm": json.RawMessage(`"https://schema.example/crm"`)}},
	})
	must(t, err)
	noChange(t, p, made, config)
	changed := with(config, values{"name": "Raw Goods", "contacts": []any{values{"email": "b@raw.example", "first_name": "Ben"}, values{"email": "a@raw.example"}}})
	p.MustApply("iam_vendor", made, changed)
	v, err := b.Client.Vendor(t.Context(), "raw")
	must(t, err)
	if v.Name != "Raw Goods" || string(v.Mixins["crm"]) != `{"level":3}` || string(v.Metadata.Mixins["crm"]) != `"https://schema.example/crm"` {
		t.Errorf("got %+v", v)
	}
	if c := v.ContactDetails; len(c) != 2 || c[0].FirstName != "Ben" || c[0].Tags != nil || c[1].City != "Berlin" || len(c[1].Emails) != 2 {
		t.Errorf("got %+v", c)
	}
}

// held lets something happen before one request, once.
type held struct {
	armed  atomic.Bool // also for the requests in it
	method string
	do     func(ctx context.Context)
}

func (h *held) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == h.method && strings.HasPrefix(r.URL.Path, "/vendor/") && h.armed.Swap(false) {
			h.do(r.Context())
		}
		next.ServeHTTP(w, r)
	})
}

// Somebody else writes or deletes the vendor between the provider's read and
// its write.
func TestVendorResource_otherWriter(t *testing.T) {
	t.Parallel()
	h := held{method: http.MethodPut}
	b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: h.wrap})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_vendor", state{}, vendor())
	h.do = func(ctx context.Context) {
		_, err := b.Client.UpdateVendor(ctx, "raw", api.VendorUpdate{Name: "Other", Type: api.VendorCompany, Mixins: map[string]json.RawMessage{"crm": json.RawMessage(`1`)}})
		must(t, err)
	}
	h.armed.Store(true)
	made = p.MustApply("iam_vendor", made, with(vendor(), values{"name": "Raw Goods"}))
	if v, err := b.Client.Vendor(t.Context(), "raw"); err != nil || v.Name != "Raw Goods" || string(v.Mixins["crm"]) != "1" {
		t.Errorf("got %+v, %v", v, err)
	}
	h.do = func(ctx context.Context) { must(t, b.Client.DeleteVendor(ctx, "raw")) }
	h.armed.Store(true)
	again, d := p.Apply("iam_vendor", made, vendor())
	if d.Failed() || !d.Has("warning: Vendor Created Again", "raw was deleted by someone else") {
		t.Errorf("got %v", d)
	}
	refreshed, _ := p.Refresh("iam_vendor", again)
	if len(differences(again.Values, refreshed.Values)) != 1 { // the groups are others
		t.Errorf("the state has %v, the refresh %v", again.Values, refreshed.Values)
	}
}

// discard is where an answer goes that nobody gets.
type discard struct{ header http.Header }

func (d discard) Header() http.Header { return d.header }

func (d discard) Write(p []byte) (int, error) { return len(p), nil }

func (d discard) WriteHeader(int) {}

// The vendor is created and the answer is lost: the request is repeated, and
// the conflict is with our own vendor.
func TestVendorResource_lostAnswer(t *testing.T) {
	t.Parallel()
	var armed, down atomic.Bool
	b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/vendors") && armed.Swap(false) {
				next.ServeHTTP(discard{http.Header{}}, r)
				panic(http.ErrAbortHandler)
			}
			if down.Load() {
				panic(http.ErrAbortHandler)
			}
			next.ServeHTTP(w, r)
		})
	}})
	p := providertest.New(t, b.Config)
	armed.Store(true)
	config := values{"name": "Raw Materials", "contacts": []any{values{"email": "a@raw.example"}}}
	made := p.MustApply("iam_vendor", state{}, config)
	if list, err := b.Client.Vendors(t.Context()); err != nil || len(list) != 1 || list[0].ID != made.Values["id"] {
		t.Errorf("got %v, %v", list, err)
	}
	noChange(t, p, made, config)

	p = providertest.New(t, with(b.Config, values{"max_retries": 0}))
	armed.Store(true)
	half, d := p.Apply("iam_vendor", state{}, values{"name": "Half"})
	if !d.Has("error: Unable to create vendor", "may still have been created") || half.Values["id"] == nil {
		t.Fatalf("got %v, %v", half.Values, d)
	}
	p.MustApply("iam_vendor", half, nil) // what Terraform does with a tainted resource
	if list, err := b.Client.Vendors(t.Context()); err != nil || len(list) != 1 {
		t.Errorf("got %v, %v", list, err)
	}
}

// A created vendor is in the state, though it could not be read back.
func TestVendorResource_notReadBack(t *testing.T) {
	t.Parallel()
	var broken atomic.Bool
	b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/vendors/raw") && broken.Load() {
				http.Error(w, "broken", http.StatusTeapot)
				return
			}
			next.ServeHTTP(w, r)
		})
	}})
	p := providertest.New(t, b.Config)
	broken.Store(true)
	made, d := p.Apply("iam_vendor", state{}, vendor())
	if d.Failed() || !d.Has("warning: Unable to read vendor after creation", "raw") || made.Values["id"] != "raw" {
		t.Errorf("got %v, %v", made.Values, d)
	}
	broken.Store(false)
	noChange(t, p, made, vendor())
}
