package server_test

import (
	"encoding/json"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// The lists of the vendor service.
const (
	vendors   = "/vendor/" + servertest.Tenant + "/vendors"
	locations = "/vendor/" + servertest.Tenant + "/locations"
)

// fullVendor is the body of a vendor with every member that a PUT can set. It
// needs the vendor "parent" and the location "l".
const fullVendor = `{
	"name": "Raw Materials", "type": "SUBSIDIARY", "parentId": "parent",
	"legalInfo": {"legalName": "Raw Materials Inc.", "registrationDate": "2022-03-31T13:18:02.379Z", "countryOfRegistration": "US", "taxRegistrationNumber": "US-1"},
	"contactDetails": [
		{"firstName": "Anna", "lastName": "Schmidt", "email": "anna@vendor.example", "phone": "+1-555-0123"},
		{"emails": ["a@vendor.example", "b@vendor.example"], "phones": ["1"], "addressLine1": "123 High Rd", "city": "South Bend", "state": "Indiana", "postcode": "46619", "countryCode": "US"}
	],
	"locations": [{"id": "l"}], "mixins": {"crm": {"level": 3}}
}`

// warehouse is the body of a location with every member that a PUT can set.
const warehouse = `{
	"name": "Main Warehouse", "type": "WAREHOUSE", "mixins": {"docks": [1, 2]},
	"contactDetails": {"emails": ["dock@vendor.example"], "phones": ["555-1"], "addressLine1": "W Sample St", "addressLine2": "3601", "city": "South Bend",
		"state": "Indiana", "postcode": "46619", "countryCode": "US", "tags": ["shipping"]}
}`

// withVendors makes the vendors "parent", "v" and "left", each with its groups,
// an employee of v, and the locations "l", which v has, and "left". It returns
// the body that a vendor like v is made of.
func withVendors(t testing.TB, b *backend) (body string) {
	t.Helper()
	b.create(t, locations, with(warehouse, map[string]any{"id": "l"}))
	b.create(t, locations, with(warehouse, map[string]any{"id": "left"}))
	for _, id := range []string{"parent", "v", "left"} {
		body := with(fullVendor, map[string]any{"id": id})
		if id != "v" {
			body = with(body, map[string]any{"parentId": absent, "locations": absent})
		}
		b.create(t, vendors, body)
	}
	b.settle(t)
	b.create(t, "~/users", person("seller@vendor.example", b.groupOf(t, "v", "order_manager")))
	return fullVendor
}

func TestVendor_life(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.create(t, vendors, `{"id": "parent", "name": "Parent"}`)
	b.create(t, locations, with(warehouse, map[string]any{"id": "l"}))
	missing := `{"code": 404, "status": "Not Found", "message": "` + anyText + `", "resourceId": "v", "details": ["` + anyText + `"]}`
	taken := `{"code": 409, "status": "Conflict", "message": "` + anyText + `", "resourceId": "v", "details": ["` + anyText + `"]}`
	v := vendors + "/v"
	whole := with(fullVendor, map[string]any{"locations": []any{parse(t, with(warehouse, map[string]any{"id": "l", "metadata": map[string]any{"version": 1}}))}})
	b.play(
		t,
		exchange{name: "none", path: v, status: 404, want: missing},
		exchange{name: "not deleted", method: "DELETE", path: v, status: 404, want: missing},
		exchange{name: "create by POST", method: "POST", path: vendors, body: with(fullVendor, map[string]any{"id": "v"}), status: 201, want: `{"id": "v"}`},
		exchange{name: "read, with whole locations", path: v, status: 200, want: with(whole, map[string]any{"id": "v", "metadata": map[string]any{"version": 1, "createdAt": anyText, "modifiedAt": anyText, "mixins": absent}})},
		exchange{name: "taken", method: "POST", path: vendors, body: `{"id": "v", "name": "Other"}`, status: 409, want: taken},
		exchange{name: "another by its case", method: "POST", path: vendors, body: `{"id": "V", "name": "Other"}`, status: 201, want: `{"id": "V"}`},
		exchange{name: "stale version", method: "PUT", path: v, body: `{"name": "x", "type": "COMPANY", "metadata": {"version": 2}}`, status: 409, want: taken},
		exchange{name: "update", method: "PUT", path: v, body: `{"name": "Renamed", "type": "COMPANY", "metadata": {"version": 1, "mixins": {"crm": "https://schema.example/crm"}}}`, status: 204},
		exchange{name: "replaced", path: v, status: 200, want: `{
			"id": "v", "name": "Renamed", "type": "COMPANY", "parentId": "` + absent + `", "legalInfo": "` + absent + `", "contactDetails": "` + absent + `",
			"locations": "` + absent + `", "mixins": "` + absent + `", "metadata": {"version": 2, "mixins": {"crm": "https://schema.example/crm"}}}`},
		exchange{name: "without a version the last one wins", method: "PUT", path: v, body: fullVendor, status: 204},
		exchange{name: "read again", path: v, status: 200, want: with(whole, map[string]any{"metadata": map[string]any{"version": 3, "mixins": absent}})},
		exchange{name: "create by PUT", method: "PUT", path: vendors + "/put", body: `{"name": "Put", "type": "COMPANY", "metadata": {"version": 9}}`, status: 201, want: `{"id": "put"}`},
		exchange{name: "its version", path: vendors + "/put", status: 200, want: `{"metadata": {"version": 1}}`},
		exchange{name: "delete", method: "DELETE", path: v, status: 204},
		exchange{name: "gone", path: v, status: 404, want: missing},
	)
	made := b.create(t, vendors, `{"name": "Unnamed"}`)
	if !api.ValidVendorID(made) {
		t.Errorf("the id made is %q", made)
	}
	b.check(t, exchange{path: vendors + "/" + made, status: 200, want: `{"type": "COMPANY", "contactDetails": "` + absent + `", "locations": "` + absent + `"}`})
}

// Invalid vendors, at creation and in a change.
func TestVendor_refused(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	body := withVendors(t, b)
	b.create(t, vendors, `{"id": "child", "name": "Child", "parentId": "v"}`)
	before := read[[]api.Vendor](t, b, vendors)
	violated := func(id string) string {
		return `{"code": 400, "status": "Constraint validation failed", "message": "` + anyText + `", "resourceId": "` + id + `"}`
	}
	malformed := `{"code": 400, "status": "Bad Request", "message": "` + anyText + `", "resourceId": "` + absent + `"}`
	for name, c := range map[string]struct {
		changes map[string]any
		want    string
	}{
		"no name":                 {map[string]any{"name": absent}, `{"code": 400, "status": "Bad Request", "details": ["Required member is missing: name"]}`},
		"blank name":              {map[string]any{"name": " "}, malformed},
		"unknown type":            {map[string]any{"type": "BRANCH"}, violated("v")},
		"unknown parent":          {map[string]any{"parentId": "nobody"}, violated("nobody")},
		"parent of its own":       {map[string]any{"parentId": "v"}, violated("v")},
		"its child as parent":     {map[string]any{"parentId": "child"}, violated("child")},
		"unknown location":        {map[string]any{"locations": []any{map[string]any{"id": "l"}, map[string]any{"id": "nowhere"}}}, violated("nowhere")},
		"location without id":     {map[string]any{"locations": []any{map[string]any{}}}, malformed},
		"locations as texts":      {map[string]any{"locations": []any{"l"}}, malformed},
		"contact as a text":       {map[string]any{"contactDetails": []any{"Anna"}}, malformed},
		"number beyond any value": {map[string]any{"mixins": map[string]any{"a": "1e999"}}, malformed},
	} {
		changed := strings.Replace(with(body, c.changes), `"1e999"`, `1e999`, 1)
		b.play(t, exchange{name: "PUT: " + name, method: "PUT", path: vendors + "/v", body: changed, status: 400, want: c.want})
		if strings.Contains(name, "own") || strings.Contains(name, "child") {
			continue // only of what exists
		}
		b.play(t, exchange{name: "POST: " + name, method: "POST", path: vendors, body: strings.Replace(changed, "{", `{"id": "v2", `, 1), status: 400, want: strings.Replace(c.want, `"v"`, `"v2"`, 1)})
	}
	b.play(
		t,
		exchange{name: "PUT: no type", method: "PUT", path: vendors + "/v", body: with(body, map[string]any{"type": absent}), status: 400, want: malformed},
		exchange{name: "PUT: empty type", method: "PUT", path: vendors + "/v", body: with(body, map[string]any{"type": ""}), status: 400, want: violated("v")},
		exchange{name: "PUT: version as a text", method: "PUT", path: vendors + "/v", body: with(body, map[string]any{"metadata": map[string]any{"version": "1"}}), status: 400, want: `{"details": ["metadata.version must not be a string"]}`},
		exchange{name: "parent of itself that does not exist", method: "PUT", path: vendors + "/new", body: with(body, map[string]any{"parentId": "new"}), status: 400, want: violated("new")},
		exchange{name: "id", method: "POST", path: vendors, body: with(body, map[string]any{"id": "a.b"}), status: 400, want: violated("a.b")},
		exchange{name: "id in the path", method: "PUT", path: vendors + "/a.b", body: body, status: 400, want: violated("a.b")},
		exchange{name: "id of an operation", method: "POST", path: vendors, body: with(body, map[string]any{"id": "search"}), status: 400, want: violated("search")},
		exchange{name: "delete a parent", method: "DELETE", path: vendors + "/v", status: 400, want: with(violated("v"), map[string]any{"details": []any{"Vendor 'child' refers to it"}})},
	)
	if after := read[[]api.Vendor](t, b, vendors); !reflect.DeepEqual(after, before) {
		t.Errorf("the vendors were %+v, and are %+v", before, after)
	}
}

func TestVendor_list(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.create(t, locations, with(warehouse, map[string]any{"id": "l"}))
	for _, body := range []string{
		`{"id": "z1", "name": "Zebra Supplies", "legalInfo": {"legalName": "Zebra Ltd.", "registrationDate": "2022-03-31T23:59:02.379Z", "countryOfRegistration": "UK", "taxRegistrationNumber": "1"}}`,
		`{"id": "z2", "name": "ant works", "type": "SUBSIDIARY", "parentId": "z1", "legalInfo": {"registrationDate": "2022-03-31"}, "locations": [{"id": "l"}, {"id": "l"}]}`,
		`{"id": "z3", "name": "Bee Works", "parentId": "z1", "contactDetails": [{"email": "bee@vendor.example"}], "legalInfo": {"legalName": "BEE ltd.", "taxRegistrationNumber": "12"}}`,
	} {
		b.create(t, vendors, body)
	}
	for params, want := range map[string]string{
		"":                                      "z1 z2 z3",
		"id=z2":                                 "z2",
		"id=z":                                  "",
		"name=WORKS":                            "z2 z3",
		"type=COMPANY":                          "z1 z3",
		"parentId=z1&type=SUBSIDIARY":           "z2",
		"legalInfo.legalName=ltd":               "z1 z3",
		"legalInfo.registrationDate=2022-03-31": "z1 z2",
		"legalInfo.registrationDate=2022-03-31T23:59:02.379Z": "z1",
		"legalInfo.registrationDate=2022-04-01":               "",
		"legalInfo.countryOfRegistration=u":                   "z1",
		"legalInfo.taxRegistrationNumber=1":                   "z1",
		"q=name:~works parentId:exists":                       "z2 z3",
		"q=contactDetails.email:bee@vendor.example":           "z3",
		"q=locations.name:\"Main Warehouse\"":                 "z2",
		"q=legalInfo.taxRegistrationNumber:(1,12)&name=bee":   "z3",
		"sort=name":                            "z3 z1 z2",
		"sort=name:up":                         "z3 z1 z2",
		"sort=type:DESC,name:desc":             "z2 z1 z3",
		"sort=metadata.createdAt:desc":         "z3 z2 z1",
		"sort=id:desc&pageSize=2":              "z3 z2",
		"sort=id:desc&pageSize=2&pageNumber=2": "z1",
		"description=x&legalInfo=y":            "z1 z2 z3",
	} {
		values, err := url.ParseQuery(params)
		if err != nil {
			t.Fatal(err)
		}
		if got := ids(t, b, vendors+"?"+values.Encode(), "id"); got != want {
			t.Errorf("%s: got %q, want %q", params, got, want)
		}
		q := values.Get("q")
		values.Del("q")
		found := b.send(t, exchange{method: "POST", path: vendors + "/search?" + values.Encode(), body: with(`{}`, map[string]any{"q": q})})
		var list []api.Vendor
		if err := json.Unmarshal(found.body, &list); err != nil || found.status != 200 {
			t.Fatalf("search for %s: got %d %s", params, found.status, found.body)
		}
		var names []string
		for _, v := range list {
			names = append(names, v.ID)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("search for %s: got %q, want %q", params, got, want)
		}
	}
	detailed := `{"code": 400, "status": "Bad Request", "message": "` + anyText + `", "details": ["` + anyText + `"]}`
	b.play(
		t,
		exchange{name: "the total is that of the filter", path: vendors + "?name=works&pageSize=1", header: total, status: 200, want: `[{"id": "z2"}]`, wantHeader: totalIs("2")},
		exchange{name: "of the search as well", method: "POST", path: vendors + "/search?pageSize=1", header: total, body: `{"q": "name:~works"}`, status: 200, want: `[{"id": "z2"}]`, wantHeader: totalIs("2")},
		exchange{name: "search without q", method: "POST", path: vendors + "/search", body: `{}`, status: 200, want: `[{}, {}, {}]`},
		exchange{name: "broken q", path: vendors + "?q=name", status: 400, want: detailed},
		exchange{name: "broken q in a search", method: "POST", path: vendors + "/search", body: `{"q": "name"}`, status: 400, want: detailed},
		exchange{name: "q that is no text", method: "POST", path: vendors + "/search", body: `{"q": 5}`, status: 400, want: detailed},
		exchange{name: "broken sort", path: vendors + "?sort=,", status: 400, want: detailed},
		exchange{name: "unknown type", path: vendors + "?type=BRANCH", status: 400, want: `{"code": 400, "status": "Bad Request"}`},
		exchange{name: "fields", path: vendors + "?fields=name,legalInfo.legalName&id=z3", status: 200, want: `[{"id": "z3", "name": "Bee Works", "type": "` + absent + `", "metadata": "` + absent + `", "legalInfo": {"legalName": "BEE ltd.", "taxRegistrationNumber": "` + absent + `"}}]`},
		exchange{name: "fields of one", path: vendors + "/z2?fields=locations.name", status: 200, want: `{"id": "z2", "name": "` + absent + `", "locations": [{"name": "Main Warehouse", "id": "` + absent + `"}]}`},
		exchange{name: "too many fields", path: vendors + "?fields=" + strings.Repeat("a.", 3000), status: 400, want: `{"code": 400}`},
		exchange{name: "too many fields of one", path: vendors + "/z2?fields=" + strings.Repeat("a.", 3000), status: 400, want: `{"code": 400}`},
		exchange{name: "search is no vendor", path: vendors + "/search", status: 405, want: `{"code": 405}`},
	)
}

// Vendors come in smaller pages than all else.
func TestVendor_pages(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	for range 20 {
		b.create(t, vendors, `{"name": "Vendor"}`)
		b.create(t, locations, warehouse)
	}
	for _, path := range []string{vendors, locations} {
		for query, want := range map[string]int{"": 16, "?pageNumber=2": 4, "?pageSize=1000": 20, "?pageNumber=3": 0} {
			if got := read[[]json.RawMessage](t, b, path+query); len(got) != want {
				t.Errorf("%s%s has %d, want %d", path, query, len(got), want)
			}
		}
	}
}

func TestLocation_life(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	missing := `{"code": 404, "status": "Not Found", "message": "` + anyText + `", "resourceId": "l", "details": ["` + anyText + `"]}`
	taken := `{"code": 409, "status": "Conflict", "message": "` + anyText + `", "resourceId": "l", "details": ["` + anyText + `"]}`
	l := locations + "/l"
	b.play(
		t,
		exchange{name: "none", path: l, status: 404, want: missing},
		exchange{name: "not deleted", method: "DELETE", path: l, status: 404, want: missing},
		exchange{name: "create", method: "POST", path: locations, body: with(warehouse, map[string]any{"id": "l"}), status: 201, want: `{"id": "l"}`},
		exchange{name: "taken", method: "POST", path: locations, body: with(warehouse, map[string]any{"id": "l"}), status: 409, want: taken},
		exchange{name: "read", path: l, status: 200, want: with(warehouse, map[string]any{"id": "l", "metadata": map[string]any{"version": 1, "createdAt": anyText, "modifiedAt": anyText}})},
		exchange{name: "a vendor has it", method: "POST", path: vendors, body: `{"id": "v", "name": "V", "locations": [{"id": "l", "name": "surplus"}]}`, status: 201, want: `{"id": "v"}`},
		exchange{name: "in use", method: "DELETE", path: l, status: 400, want: `{"code": 400, "status": "Constraint validation failed", "resourceId": "l", "details": ["Vendor 'v' refers to it"]}`},
		exchange{name: "stale version", method: "PUT", path: l, body: with(warehouse, map[string]any{"metadata": map[string]any{"version": 7}}), status: 409, want: taken},
		exchange{name: "update", method: "PUT", path: l, body: `{"type": "OFFICE", "contactDetails": {}, "metadata": {"version": 1, "mixins": {"docks": "https://schema.example/docks"}}}`, status: 204},
		exchange{name: "replaced", path: l, status: 200, want: `{"id": "l", "name": "` + absent + `", "type": "OFFICE", "contactDetails": {"city": "` + absent + `"}, "mixins": "` + absent + `", "metadata": {"version": 2, "mixins": {"docks": "https://schema.example/docks"}}}`},
		exchange{name: "inside the vendor", path: vendors + "/v", status: 200, want: `{"locations": [{"id": "l", "type": "OFFICE", "metadata": {"version": 2}}]}`},
		exchange{name: "the vendor leaves it", method: "PUT", path: vendors + "/v", body: `{"name": "V", "type": "COMPANY"}`, status: 204},
		exchange{name: "delete", method: "DELETE", path: l, status: 204},
		exchange{name: "gone", path: l, status: 404, want: missing},
		exchange{name: "create by PUT", method: "PUT", path: l, body: with(warehouse, map[string]any{"id": "x", "metadata": map[string]any{"version": 4}}), status: 201, want: `{"id": "l"}`},
		exchange{name: "its version", path: l, status: 200, want: `{"metadata": {"version": 1}}`},
	)
	if made := b.create(t, locations, warehouse); !api.ValidLocationID(made) {
		t.Errorf("the id made is %q", made)
	}
}

func TestLocation_refused(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.create(t, locations, with(warehouse, map[string]any{"id": "l"}))
	violated := `{"code": 400, "status": "Constraint validation failed", "message": "` + anyText + `", "resourceId": "` + anyText + `"}`
	malformed := `{"code": 400, "status": "Bad Request", "message": "` + anyText + `", "resourceId": "` + absent + `"}`
	for name, c := range map[string]struct {
		changes map[string]any
		want    string
	}{
		"no type":           {map[string]any{"type": absent}, malformed},
		"unknown type":      {map[string]any{"type": "SHED"}, violated},
		"no contact":        {map[string]any{"contactDetails": absent}, malformed},
		"contact is null":   {map[string]any{"contactDetails": nil}, malformed},
		"several contacts":  {map[string]any{"contactDetails": []any{}}, malformed},
		"one e-mail, plain": {map[string]any{"contactDetails": map[string]any{"emails": "a@vendor.example"}}, malformed},
	} {
		b.play(
			t,
			exchange{name: "PUT: " + name, method: "PUT", path: locations + "/l", body: with(warehouse, c.changes), status: 400, want: c.want},
			exchange{name: "POST: " + name, method: "POST", path: locations, body: with(with(warehouse, c.changes), map[string]any{"id": "l2"}), status: 400, want: c.want},
		)
	}
	b.play(
		t,
		exchange{name: "id", method: "POST", path: locations, body: with(warehouse, map[string]any{"id": "a b"}), status: 400, want: violated},
		exchange{name: "id in the path", method: "PUT", path: locations + "/a%20b", body: warehouse, status: 400, want: violated},
		exchange{name: "the existing one", path: locations, status: 200, want: "[" + with(warehouse, map[string]any{"id": "l", "metadata": map[string]any{"version": 1}}) + "]"},
	)
}

func TestLocation_list(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	for _, body := range []string{
		`{"id": "l1", "name": "Head Office", "type": "HEADQUARTER", "contactDetails": {"emails": ["hq@vendor.example", "ceo@vendor.example"], "phones": ["555-1"], "city": "Berlin", "countryCode": "DE"}}`,
		`{"id": "l2", "name": "Warehouse", "type": "WAREHOUSE", "contactDetails": {"addressLine2": "High Rd 5", "state": "Bavaria", "postcode": "80331", "countryCode": "DE"}}`,
		`{"id": "l3", "type": "OFFICE", "contactDetails": {"email": "ceo@other.example", "phone": "555-12", "addressLine1": "5 High Rd", "city": "Bern"}}`,
	} {
		b.create(t, locations, body)
	}
	for params, want := range map[string]string{
		"":                              "l1 l2 l3",
		"name=house":                    "l2",
		"type=OFFICE":                   "l3",
		"contactDetails.email=CEO":      "l1 l3",
		"contactDetails.phone=555-1":    "l1 l3",
		"contactDetails.phone=555-12":   "l3",
		"contactDetails.address=high":   "l2 l3",
		"contactDetails.city=ber":       "l1 l3",
		"contactDetails.state=bavaria":  "l2",
		"contactDetails.postcode=803":   "l2",
		"contactDetails.countryCode=de": "l1 l2",
		"contactDetails.countryCode=de&contactDetails.city=berlin": "l1",
		"q=contactDetails.emails:hq@vendor.example":                "l1",
		"q=name:missing":            "l3",
		"sort=type":                 "l1 l3 l2",
		"sort=name:desc&pageSize=1": "l2",
	} {
		values, err := url.ParseQuery(params)
		if err != nil {
			t.Fatal(err)
		}
		if got := ids(t, b, locations+"?"+values.Encode(), "id"); got != want {
			t.Errorf("%s: got %q, want %q", params, got, want)
		}
	}
	b.play(
		t,
		exchange{name: "unknown type", path: locations + "?type=SHED", status: 400, want: `{"code": 400, "status": "Bad Request"}`},
		exchange{name: "fields", path: locations + "?fields=contactDetails.city&type=OFFICE", status: 200, want: `[{"id": "l3", "type": "` + absent + `", "contactDetails": {"city": "Bern", "email": "` + absent + `"}}]`},
		exchange{name: "fields of one", path: locations + "/l1?fields=name", status: 200, want: `{"id": "l1", "name": "Head Office", "contactDetails": "` + absent + `"}`},
	)
}

// Everything that a vendor and a location can have goes in and comes out.
func TestVendor_toWire(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	contact := api.Contact{
		FirstName: "Anna", LastName: "Schmidt", Email: "anna@vendor.example", Phone: "1", Emails: []string{"a@vendor.example"}, Phones: []string{"2"},
		AddressLine1: "High Rd", AddressLine2: "5", City: "Berlin", State: "BE", Postcode: "10115", CountryCode: "DE", Tags: []string{"shipping"},
	}
	mixins := map[string]json.RawMessage{"crm": json.RawMessage(`{"level":1.50}`)}
	links := map[string]json.RawMessage{"crm": json.RawMessage(`"https://schema.example/crm"`)}
	location := api.Location{
		ID: "l", Name: "Office", Type: api.LocationOffice, ContactDetails: &contact, Mixins: mixins, Metadata: &api.VendorMetadata{Mixins: links},
	}
	vendor := api.Vendor{
		ID: "v", Name: "Vendor", Type: api.VendorSubsidiary, ParentID: "parent", ContactDetails: []api.Contact{contact}, Mixins: mixins,
		LegalInfo: &api.LegalInfo{LegalName: "Vendor Inc.", RegistrationDate: "2022-03-31", CountryOfRegistration: "US", TaxRegistrationNumber: "1"},
		Locations: []api.Location{location}, Metadata: &api.VendorMetadata{Mixins: links},
	}
	b.create(t, vendors, `{"id": "parent", "name": "Parent"}`)
	put := func(path string, document any) {
		t.Helper()
		text, err := json.Marshal(document)
		if err != nil {
			t.Fatal(err)
		}
		b.check(t, exchange{method: "PUT", path: path, body: string(text), status: 201, want: `{"id": "` + anyText + `"}`})
	}
	put(locations+"/l", location)
	put(vendors+"/v", vendor)
	for kind, id := range map[string]string{store.KindVendor: "v", store.KindLocation: "l"} {
		d, err := b.store.Document(t.Context(), servertest.Tenant, kind, id)
		if err != nil {
			t.Fatal(err)
		}
		metadata := &api.VendorMetadata{Version: 1, CreatedAt: d.CreatedAt.Format("2006-01-02T15:04:05.000Z"), ModifiedAt: d.ModifiedAt.Format("2006-01-02T15:04:05.000Z"), Mixins: links}
		if kind == store.KindVendor {
			vendor.Metadata = metadata
		} else {
			location.Metadata = metadata
		}
	}
	vendor.Locations[0] = location
	noZero(t, vendor)
	noZero(t, contact)
	noZero(t, location)
	if got := read[api.Vendor](t, b, vendors+"/v"); !reflect.DeepEqual(got, vendor) {
		t.Errorf("got %+v\nwant %+v", got, vendor)
	}
	if got := read[[]api.Vendor](t, b, vendors+"?id=v"); !reflect.DeepEqual(got, []api.Vendor{vendor}) {
		t.Errorf("in the list: got %+v\nwant %+v", got, vendor)
	}
	if got := read[api.Location](t, b, locations+"/l"); !reflect.DeepEqual(got, location) {
		t.Errorf("got %+v\nwant %+v", got, location)
	}
}

// Nothing of a vendor is seen or reached from another tenant.
func TestVendor_isolation(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	body := withVendors(t, b)
	if _, err := b.server.EnsureTenant(t.Context(), "other", ""); err != nil {
		t.Fatal(err)
	}
	header := bearer(b.issue(t, "other", api.AllScopes()...))
	gone := `{"code": 404}`
	for _, e := range []exchange{
		{name: "vendors", path: "/vendor/other/vendors", status: 200, want: `[]`},
		{name: "locations", path: "/vendor/other/locations", status: 200, want: `[]`},
		{name: "users", path: "/iam/other/users/vendors/v", status: 200, want: `[]`},
		{name: "vendor", path: "/vendor/other/vendors/v", status: 404, want: gone},
		{name: "location", path: "/vendor/other/locations/l", status: 404, want: gone},
		{name: "delete", method: "DELETE", path: "/vendor/other/vendors/left", status: 404, want: gone},
		{name: "group", method: "POST", path: "/iam/other/groups", body: `{"name": {"en": "x"}, "vendorId": "v"}`, status: 400, want: `{"resourceId": "v"}`},
		{name: "location of the same id", method: "PUT", path: "/vendor/other/locations/l", body: warehouse, status: 201, want: `{"id": "l"}`},
		{name: "vendor below", method: "PUT", path: "/vendor/other/vendors/mine", body: body, status: 400, want: `{"resourceId": "parent"}`},
		{name: "vendor of the same id", method: "PUT", path: "/vendor/other/vendors/v", body: with(body, map[string]any{"parentId": absent}), status: 201, want: `{"id": "v"}`},
	} {
		e.header = header
		b.play(t, e)
	}
	b.settle(t)
	if groups := b.groupsOf(t, "v"); len(groups) != 4 {
		t.Errorf("the vendor of that id in the other tenant gave this one %d groups", len(groups))
	}
	e := exchange{path: "/iam/other/groups?q=vendorId:v", header: map[string]string{"Authorization": header["Authorization"]}, status: 200, want: `[{}, {}, {}, {}]`}
	b.check(t, e)
}

// groupsOf returns the groups of a vendor.
func (b *backend) groupsOf(t testing.TB, vendor string) []api.Group {
	t.Helper()
	return slices.DeleteFunc(read[[]api.Group](t, b, "~/groups?pageSize=1000"), func(g api.Group) bool { return g.VendorID != vendor })
}
