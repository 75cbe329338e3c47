package client

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
)

// newTestClient returns a client of a server that answers with the handler. It
// has a ready token and does not wait between tries.
func newTestClient(t *testing.T, handler http.HandlerFunc, change ...func(*Options)) *Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	o := Options{BaseURL: server.URL, Tenant: "acme", AccessToken: "ready-token"}
	for _, f := range change {
		f(&o)
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	c.backoff = func(_, _ time.Duration, _ int, _ *http.Response) time.Duration { return 0 }
	return c
}

// answer returns a handler that gives the same answer to everyone.
func answer(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// roundTrip is a transport made of a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestNew(t *testing.T) {
	t.Parallel()
	good := Options{BaseURL: "https://api.example.com", Tenant: "acme", AccessToken: "token"}
	tests := map[string]struct {
		change func(*Options)
		want   string // in the error; empty: none
	}{
		"token":                 {func(*Options) {}, ""},
		"client credentials":    {func(o *Options) { o.AccessToken, o.ClientID, o.ClientSecret = "", "id", "secret" }, ""},
		"token wins":            {func(o *Options) { o.ClientID = "id" }, ""},
		"no retries":            {func(o *Options) { o.MaxRetries = new(0) }, ""},
		"no URL":                {func(o *Options) { o.BaseURL = "" }, "base URL is empty"},
		"relative URL":          {func(o *Options) { o.BaseURL = "api.example.com" }, "absolute http or https"},
		"other scheme":          {func(o *Options) { o.BaseURL = "ftp://api.example.com" }, "absolute http or https"},
		"password, no host":     {func(o *Options) { o.BaseURL = "https:u:hidden@api.example.com" }, "absolute http or https"},
		"no host":               {func(o *Options) { o.BaseURL = "https:///path" }, "absolute http or https"},
		"broken URL":            {func(o *Options) { o.BaseURL = "https://u:hidden#@x:%%" }, "not a URL"},
		"user in URL":           {func(o *Options) { o.BaseURL = "https://u:hidden@api.example.com" }, "contains a user"},
		"query in URL":          {func(o *Options) { o.BaseURL += "?key=hidden" }, "query or fragment"},
		"no tenant":             {func(o *Options) { o.Tenant = "" }, "tenant"},
		"short tenant":          {func(o *Options) { o.Tenant = "ab" }, "3 to 16"},
		"tenant with dash":      {func(o *Options) { o.Tenant = "my-shop" }, "3 to 16"},
		"tenant that breaks":    {func(o *Options) { o.Tenant = "acme\n" }, "3 to 16"},
		"no credentials":        {func(o *Options) { o.AccessToken = "" }, "set a client id and a client secret, or an access token"},
		"no secret":             {func(o *Options) { o.AccessToken, o.ClientID = "", "id" }, "client secret is missing"},
		"no id":                 {func(o *Options) { o.AccessToken, o.ClientSecret = "", "hidden" }, "client id is missing"},
		"token with line break": {func(o *Options) { o.AccessToken = "hidden\n" }, "line break"},
		"negative retries":      {func(o *Options) { o.MaxRetries = new(-1) }, "not be negative"},
		"negative timeout":      {func(o *Options) { o.RequestTimeout = -1 }, "not be negative"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := good
			test.change(&o)
			_, err := New(o)
			if test.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "hidden") {
				t.Errorf("error %v, want one with %q and no secret", err, test.want)
			}
		})
	}
}

func TestNew_defaults(t *testing.T) {
	t.Parallel()
	c, err := New(Options{BaseURL: "https://api.example.com/iam//#", Tenant: "AcMe", AccessToken: "token"})
	if err != nil {
		t.Fatal(err)
	}
	if got := c.base.String(); got != "https://api.example.com/iam" {
		t.Errorf("base URL %q", got)
	}
	if c.tenant != "acme" || c.retries != 4 || c.timeout != 30*time.Second || c.pageSize != 1000 {
		t.Errorf("tenant %q, %d retries, timeout %s, page size %d", c.tenant, c.retries, c.timeout, c.pageSize)
	}
	if pool, ok := c.transport.(*http.Transport); !ok || pool.MaxIdleConnsPerHost < 64 || pool.MaxResponseHeaderBytes != 1<<20 {
		t.Errorf("transport %#v keeps too few connections, or reads headers of any size", c.transport)
	}
}

// TestRoutes checks the request of each method and what it makes of the answer.
func TestRoutes(t *testing.T) {
	t.Parallel()
	type ctx = context.Context
	tests := map[string]struct {
		call   func(ctx, *Client) (any, error)
		status int
		answer string
		route  string // method, path and query
		body   string
		want   any
	}{
		"user": {
			func(ctx ctx, c *Client) (any, error) { return c.User(ctx, "u1") },
			200, `{"id":"u1","status":"ACTIVE"}`,
			"GET /iam/acme/users/u1", "", &api.User{ID: "u1", Status: api.UserActive},
		},
		"create user": {
			func(ctx ctx, c *Client) (any, error) {
				return c.CreateUser(ctx, api.UserCreate{FirstName: "Ann", GroupIDs: []string{}})
			},
			201, `{"id":"u1"}`, "POST /iam/acme/users",
			`{"firstName":"Ann","lastName":"","contactEmail":"","department":"","preferredSite":"",` +
				`"preferredCurrency":"","preferredLanguage":"","groupIds":[]}`, "u1",
		},
		"update user": {
			func(ctx ctx, c *Client) (any, error) {
				return nil, c.UpdateUser(ctx, "u1", api.UserUpdate{LastName: "Lee", GroupIDs: []string{"g"}})
			},
			204, "", "PUT /iam/acme/users/u1",
			`{"firstName":"","lastName":"Lee","department":"","preferredSite":"","preferredCurrency":"",` +
				`"preferredLanguage":"","backofficeUserNumber":"","groupIds":["g"]}`, nil,
		},
		"delete user": {
			func(ctx ctx, c *Client) (any, error) { return nil, c.DeleteUser(ctx, "u1", false) },
			204, "", "DELETE /iam/acme/users/u1", "", nil,
		},
		"delete user with force": {
			func(ctx ctx, c *Client) (any, error) { return nil, c.DeleteUser(ctx, "u1", true) },
			204, "", "DELETE /iam/acme/users/u1?forceDelete=true", "", nil,
		},
		"lock user": {
			func(ctx ctx, c *Client) (any, error) { return nil, c.LockUser(ctx, "u1") },
			204, "", "PUT /iam/acme/users/u1/lock", "", nil,
		},
		"unlock user": {
			func(ctx ctx, c *Client) (any, error) { return nil, c.UnlockUser(ctx, "u1") },
			204, "", "DELETE /iam/acme/users/u1/lock", "", nil,
		},
		"can lock": {
			func(ctx ctx, c *Client) (any, error) { return c.CanLock(ctx) },
			405, `{"code":405}`, "GET /iam/acme/users/anybody/lock", "", true,
		},
		"cannot lock": {
			func(ctx ctx, c *Client) (any, error) { return c.CanLock(ctx) },
			404, `{"code":404}`, "GET /iam/acme/users/anybody/lock", "", false,
		},
		"remove from groups": {
			func(ctx ctx, c *Client) (any, error) { return nil, c.RemoveFromGroups(ctx, "u1") },
			204, "", "DELETE /iam/acme/users/u1/groups", "", nil,
		},
		"group": {
			func(ctx ctx, c *Client) (any, error) { return c.Group(ctx, "g1") },
			200, `{"id":"g1","name":{"en":"A"}}`,
			"GET /iam/acme/groups/g1", "", &api.Group{ID: "g1", Name: api.Text{"en": "A"}},
		},
		"create group": {
			func(ctx ctx, c *Client) (any, error) {
				return c.CreateGroup(ctx, api.GroupCreate{ID: "g1", Name: api.Text{"en": "A"}, AccessControls: []string{}})
			},
			201, `{"id":"g1"}`, "POST /iam/acme/groups",
			`{"id":"g1","name":{"en":"A"},"accessControls":[]}`, "g1",
		},
		"update group": {
			func(ctx ctx, c *Client) (any, error) {
				return c.UpdateGroup(ctx, "g1", api.GroupUpdate{Name: api.Text{"en": "B"}, AccessControls: []string{"a"}})
			},
			204, "", "PUT /iam/acme/groups/g1", `{"name":{"en":"B"},"accessControls":["a"]}`, false,
		},
		"update group that had vanished": {
			func(ctx ctx, c *Client) (any, error) {
				return c.UpdateGroup(ctx, "g1", api.GroupUpdate{AccessControls: []string{}})
			},
			201, `{"id":"g1"}`, "PUT /iam/acme/groups/g1", `{"name":null,"accessControls":[]}`, true,
		},
		"delete group with force": {
			func(ctx ctx, c *Client) (any, error) { return nil, c.DeleteGroup(ctx, "g1", true) },
			204, "", "DELETE /iam/acme/groups/g1?forceDelete=true", "", nil,
		},
		"users": {
			func(ctx ctx, c *Client) (any, error) { return c.Users(ctx) },
			200, `[{"id":"u1"}]`,
			"GET /iam/acme/users?pageNumber=1&pageSize=1000", "",
			[]api.User{{ID: "u1"}},
		},
		"no groups": {
			func(ctx ctx, c *Client) (any, error) { return c.Groups(ctx) },
			200, `[]`, "GET /iam/acme/groups?pageNumber=1&pageSize=1000", "",
			[]api.Group{},
		},
		"user's groups": {
			func(ctx ctx, c *Client) (any, error) { return c.UserGroups(ctx, "u1") },
			200, `[{"id":"g1"}]`,
			"GET /iam/acme/users/u1/groups?pageNumber=1&pageSize=1000", "",
			[]api.Group{{ID: "g1"}},
		},
		"user's group": {
			func(ctx ctx, c *Client) (any, error) { return c.UserGroup(ctx, "u1", "g1") },
			200, `{"id":"g1"}`, "GET /iam/acme/users/u1/groups/g1", "", &api.Group{ID: "g1"},
		},
		"members": {
			func(ctx ctx, c *Client) (any, error) { return c.Members(ctx, "g1") },
			200, `[{"userId":"u","userType":"EMPLOYEE"},{"userId":"u","userType":"CUSTOMER"}]`,
			"GET /iam/acme/groups/g1/users?pageNumber=1&pageSize=1000", "",
			[]api.Assignment{{UserID: "u", UserType: access.Employee}, {UserID: "u", UserType: access.Customer}},
		},
		"assign member": {
			func(ctx ctx, c *Client) (any, error) { return nil, c.AssignMember(ctx, "g1", access.Customer, "u1") },
			201, `{"id":"a1"}`, "PUT /iam/acme/groups/g1/users/CUSTOMER/u1", "", nil,
		},
		"assign member again": {
			func(ctx ctx, c *Client) (any, error) { return nil, c.AssignMember(ctx, "g1", access.Employee, "u1") },
			204, "", "PUT /iam/acme/groups/g1/users/EMPLOYEE/u1", "", nil,
		},
		"remove member": {
			func(ctx ctx, c *Client) (any, error) { return nil, c.RemoveMember(ctx, "g1", "u1") },
			204, "", "DELETE /iam/acme/groups/g1/users/u1", "", nil,
		},
		"access controls": {
			func(ctx ctx, c *Client) (any, error) { return c.AccessControls(ctx) },
			200, `[{"id":"a"}]`,
			"GET /iam/acme/access-controls?pageNumber=1&pageSize=1000", "",
			[]api.AccessControl{{ID: "a"}},
		},
		"access control": {
			func(ctx ctx, c *Client) (any, error) { return c.AccessControl(ctx, "a") },
			200, `{"id":"a","scopes":["s"]}`,
			"GET /iam/acme/access-controls/a", "", &api.AccessControl{ID: "a", Scopes: []string{"s"}},
		},
		"access control that is created": {
			func(ctx ctx, c *Client) (any, error) {
				return c.PutAccessControl(ctx, "a", api.AccessControlUpdate{Scopes: []string{"s"}})
			},
			201, `{"id":"a"}`, "PUT /iam/acme/access-controls/a", `{"scopes":["s"]}`, true,
		},
		"access control that is replaced": {
			func(ctx ctx, c *Client) (any, error) {
				return c.PutAccessControl(ctx, "a", api.AccessControlUpdate{
					Name: api.Text{"en": "N"}, Description: api.Text{"en": "D"}, Domains: []string{"d"}, Scopes: []string{"s"},
					RestrictedTo: access.Employee, Metadata: &api.VersionOnly{Version: new(2)},
				})
			},
			204, "", "PUT /iam/acme/access-controls/a",
			`{"name":{"en":"N"},"description":{"en":"D"},"domains":["d"],"scopes":["s"],"restrictedTo":"EMPLOYEE","metadata":{"version":2}}`, false,
		},
		"delete access control": {
			func(ctx ctx, c *Client) (any, error) { return nil, c.DeleteAccessControl(ctx, "a") },
			204, "", "DELETE /iam/acme/access-controls/a", "", nil,
		},
		"scopes": {
			func(ctx ctx, c *Client) (any, error) { return c.Scopes(ctx) },
			200, `[{"id":"s","predefined":true}]`,
			"GET /iam/acme/scopes?pageNumber=1&pageSize=1000", "",
			[]api.Scope{{ID: "s", Predefined: true}},
		},
		"scope": {
			func(ctx ctx, c *Client) (any, error) { return c.Scope(ctx, "s.1/2") },
			200, `{"id":"s.1/2","domain":"d"}`,
			"GET /iam/acme/scopes/s.1%2F2", "", &api.Scope{ID: "s.1/2", Domain: "d"},
		},
		"scope that is created": {
			func(ctx ctx, c *Client) (any, error) { return c.PutScope(ctx, "s", api.ScopeUpdate{}) },
			201, `{"id":"s"}`, "PUT /iam/acme/scopes/s", `{}`, true,
		},
		"scope that is replaced": {
			func(ctx ctx, c *Client) (any, error) {
				return c.PutScope(ctx, "s", api.ScopeUpdate{Description: api.Text{"en": "D"}, Domain: "d", Metadata: &api.VersionOnly{Version: new(2)}})
			},
			204, "", "PUT /iam/acme/scopes/s", `{"description":{"en":"D"},"domain":"d","metadata":{"version":2}}`, false,
		},
		"delete scope": {
			func(ctx ctx, c *Client) (any, error) { return nil, c.DeleteScope(ctx, "s") },
			204, "", "DELETE /iam/acme/scopes/s", "", nil,
		},
		"user's scopes": {
			func(ctx ctx, c *Client) (any, error) { return c.UserScopes(ctx, "u1") },
			200, `{"userId":"u1","scopes":"a b tenant=acme","vendorId":"v"}`,
			"GET /iam/acme/users/u1/scopes", "", &api.UserScopes{UserID: "u1", Scopes: "a b tenant=acme", VendorID: "v"},
		},
		"user's scopes under another id": {
			func(ctx ctx, c *Client) (any, error) { return c.UserScopes(ctx, "u1") },
			200, `{"id":"u1","scopes":"tenant=acme"}`,
			"GET /iam/acme/users/u1/scopes", "", &api.UserScopes{Scopes: "tenant=acme"},
		},
		"templates": {
			func(ctx ctx, c *Client) (any, error) { return c.Templates(ctx) },
			200, `[{"id":"t"}]`,
			"GET /iam/acme/templates?pageNumber=1&pageSize=1000", "",
			[]api.Template{{ID: "t"}},
		},
		"vendors": {
			func(ctx ctx, c *Client) (any, error) { return c.Vendors(ctx) },
			200, `[{"id":"v","name":"V","type":"COMPANY"}]`,
			"GET /vendor/acme/vendors?pageNumber=1&pageSize=1000", "",
			[]api.Vendor{{ID: "v", Name: "V", Type: api.VendorCompany}},
		},
		"vendor": {
			func(ctx ctx, c *Client) (any, error) { return c.Vendor(ctx, "v") },
			200, `{"id":"v","contactDetails":[{"email":"a@b.example"}]}`,
			"GET /vendor/acme/vendors/v", "", &api.Vendor{ID: "v", ContactDetails: []api.Contact{{Email: "a@b.example"}}},
		},
		"create vendor": {
			func(ctx ctx, c *Client) (any, error) {
				return c.CreateVendor(ctx, api.VendorCreate{ID: "v", Name: "V", Locations: []api.LocationRef{{ID: "l"}}})
			},
			201, `{"id":"v"}`, "POST /vendor/acme/vendors", `{"id":"v","name":"V","locations":[{"id":"l"}]}`, "v",
		},
		"update vendor": {
			func(ctx ctx, c *Client) (any, error) {
				return c.UpdateVendor(ctx, "v", api.VendorUpdate{Name: "V", Type: api.VendorSubsidiary, Metadata: &api.VendorExpected{Version: new(3)}})
			},
			204, "", "PUT /vendor/acme/vendors/v", `{"name":"V","type":"SUBSIDIARY","metadata":{"version":3}}`, false,
		},
		"update vendor that had vanished": {
			func(ctx ctx, c *Client) (any, error) { return c.UpdateVendor(ctx, "v", api.VendorUpdate{}) },
			201, `{"id":"v"}`, "PUT /vendor/acme/vendors/v", `{"name":"","type":""}`, true,
		},
		"delete vendor": {
			func(ctx ctx, c *Client) (any, error) { return nil, c.DeleteVendor(ctx, "v") },
			204, "", "DELETE /vendor/acme/vendors/v", "", nil,
		},
		"groups of a vendor, though the server does not filter": {
			func(ctx ctx, c *Client) (any, error) { return c.VendorGroups(ctx, "v") },
			200, `[{"id":"g1","vendorId":"v"},{"id":"g2"},{"id":"g3","vendorId":"v2"}]`,
			"GET /iam/acme/groups?pageNumber=1&pageSize=1000&q=vendorId%3Av", "",
			[]api.Group{{ID: "g1", VendorID: "v"}},
		},
		"groups of a vendor with an id that means something else": {
			func(ctx ctx, c *Client) (any, error) { return c.VendorGroups(ctx, "null") },
			200, `[]`, "GET /iam/acme/groups?pageNumber=1&pageSize=1000&q=vendorId%3A%22null%22", "",
			[]api.Group{},
		},
		"users of a vendor": {
			func(ctx ctx, c *Client) (any, error) { return c.VendorUsers(ctx, "v") },
			200, `[{"id":"u1"}]`, "GET /iam/acme/users/vendors/v?pageNumber=1&pageSize=1000", "",
			[]api.User{{ID: "u1"}},
		},
		"setting": {
			func(ctx ctx, c *Client) (any, error) { return c.Setting(ctx, "project_lang") },
			200, `{"key":"project_lang","value":"[]","version":3}`,
			"GET /configuration/acme/configurations/project_lang", "", &api.Setting{Key: "project_lang", Value: json.RawMessage(`"[]"`), Version: 3},
		},
		"create setting": {
			func(ctx ctx, c *Client) (any, error) {
				return nil, c.CreateSetting(ctx, api.Setting{Key: "a.b", Value: json.RawMessage(`["x"]`)})
			},
			201, `[{"key":"a.b","value":["x"]}]`, "POST /configuration/acme/configurations",
			`[{"key":"a.b","value":["x"],"secured":false,"restricted":false,"readOnly":false}]`, nil,
		},
		"update setting": {
			func(ctx ctx, c *Client) (any, error) {
				return nil, c.UpdateSetting(ctx, api.SettingUpdate{Key: "a/b", Value: json.RawMessage(`true`), Version: new(2)})
			},
			200, `{"key":"a/b","value":true}`, "PUT /configuration/acme/configurations/a%2Fb", `{"key":"a/b","value":true,"version":2}`, nil,
		},
		"delete setting": {
			func(ctx ctx, c *Client) (any, error) { return nil, c.DeleteSetting(ctx, "a") },
			204, "", "DELETE /configuration/acme/configurations/a", "", nil,
		},
		"sites": {
			func(ctx ctx, c *Client) (any, error) { return c.Sites(ctx, false) },
			200, `[{"code":"main"}]`, "GET /site/acme/sites?pageNumber=1&pageSize=1000&totalCount=true", "",
			[]api.Site{{Code: "main"}},
		},
		"site codes": {
			func(ctx ctx, c *Client) (any, error) { return c.SiteCodes(ctx, true) },
			200, `["main","uk"]`, "GET /site/acme/siteslist?includeInactive=true&pageNumber=1&pageSize=1000&totalCount=true", "",
			[]string{"main", "uk"},
		},
		"site": {
			func(ctx ctx, c *Client) (any, error) { return c.Site(ctx, "ä/b") },
			200, `{"code":"ä/b","metadata":{"version":2}}`,
			"GET /site/acme/sites/%C3%A4%2Fb", "", &api.Site{Code: "ä/b", Metadata: &api.SiteMetadata{Version: new(2)}},
		},
		"create site": {
			func(ctx ctx, c *Client) (any, error) {
				return nil, c.CreateSite(ctx, api.Site{Code: "uk", Active: true})
			},
			201, `{"id":"uk"}`, "POST /site/acme/sites",
			`{"code":"uk","name":"","active":true,"default":false,"defaultLanguage":"","languages":null,"currency":"","homeBase":{"address":{"country":"","zipCode":""}},"shipToCountries":null}`, nil,
		},
		"update site": {
			func(ctx ctx, c *Client) (any, error) {
				return nil, c.UpdateSite(ctx, "uk", api.SiteUpdate{Name: "UK", Metadata: &api.SiteMetadata{Version: new(2)}})
			},
			200, "", "PATCH /site/acme/sites/uk",
			`{"name":"UK","active":false,"defaultLanguage":"","languages":null,"currency":"","homeBase":{"address":{"country":"","zipCode":""}},"shipToCountries":null,"metadata":{"version":2}}`, nil,
		},
		"delete site": {
			func(ctx ctx, c *Client) (any, error) { return nil, c.DeleteSite(ctx, "uk") },
			204, "", "DELETE /site/acme/sites/uk", "", nil,
		},
		"template": {
			func(ctx ctx, c *Client) (any, error) { return c.Template(ctx, "t") },
			200, `{"id":"t","withheldEntities":["media"],"basedOn":"viewer","access":{"media":"none"}}`,
			"GET /iam/acme/templates/t", "",
			&api.TemplateDefinition{Template: api.Template{ID: "t"}, BasedOn: "viewer", Access: map[string]string{"media": "none"}},
		},
		"put template": {
			func(ctx ctx, c *Client) (any, error) {
				return c.PutTemplate(ctx, "t", api.TemplateUpdate{Name: api.Text{"en": "T"}, BasedOn: "viewer", Access: map[string]string{"tax": "none"}})
			},
			201, `{"id":"t"}`, "PUT /iam/acme/templates/t", `{"name":{"en":"T"},"basedOn":"viewer","access":{"tax":"none"}}`, true,
		},
		"put template again": {
			func(ctx ctx, c *Client) (any, error) {
				return c.PutTemplate(ctx, "t", api.TemplateUpdate{Name: api.Text{"en": "T"}, Access: map[string]string{}})
			},
			204, "", "PUT /iam/acme/templates/t", `{"name":{"en":"T"},"access":{}}`, false,
		},
		"delete template": {
			func(ctx ctx, c *Client) (any, error) { return nil, c.DeleteTemplate(ctx, "t") },
			204, "", "DELETE /iam/acme/templates/t", "", nil,
		},
		"ids with any character": {
			func(ctx ctx, c *Client) (any, error) { return nil, c.RemoveMember(ctx, `a/b"c`, "jörg?#%2F x") },
			204, "", `DELETE /iam/acme/groups/a%2Fb%22c/users/j%C3%B6rg%3F%23%252F%20x`, "", nil,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var route, body string
			c := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
				sent, _ := io.ReadAll(r.Body)
				route, body = r.Method+" "+r.RequestURI, string(sent)
				answer(test.status, test.answer)(w, r)
			})
			got, err := test.call(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			if route != test.route || body != test.body {
				t.Errorf("sent %s %s\nwant %s %s", route, body, test.route, test.body)
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %#v, want %#v", got, test.want)
			}
		})
	}
}

func TestRequestHeader(t *testing.T) {
	t.Parallel()
	var got http.Header
	c := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Clone()
		if r.Method == http.MethodGet {
			answer(200, `[]`)(w, r)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}, func(o *Options) { o.UserAgent = "test/1" })
	tests := map[string]struct {
		call func() error
		want map[string]string
	}{
		"list": {
			func() error { _, err := c.Groups(t.Context()); return err },
			map[string]string{"Content-Type": "", "Content-Language": "", api.HeaderTotalCount: "true"},
		},
		"write with body": {
			func() error { _, err := c.UpdateGroup(t.Context(), "g", api.GroupUpdate{}); return err },
			map[string]string{"Content-Type": "application/json", "Content-Language": "*", api.HeaderTotalCount: ""},
		},
		"write without body": {
			func() error { return c.AssignMember(t.Context(), "g", access.Employee, "u") },
			map[string]string{"Content-Type": "", "Content-Language": "*", api.HeaderTotalCount: ""},
		},
	}
	for name, test := range tests {
		if err := test.call(); err != nil {
			t.Fatal(name, err)
		}
		test.want["Authorization"] = "Bearer ready-token"
		test.want["Accept"] = "application/json"
		test.want["Accept-Language"] = "*"
		test.want["User-Agent"] = "test/1"
		test.want[api.HeaderTenant] = "acme"
		for key, want := range test.want {
			if got.Get(key) != want {
				t.Errorf("%s: header %s is %q, want %q", name, key, got.Get(key), want)
			}
		}
		if len(got.Get(api.HeaderRequestID)) != 36 {
			t.Errorf("%s: request id %q", name, got.Get(api.HeaderRequestID))
		}
	}
}

func TestIDsThatNoPathCanCarry(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("sent %s", r.RequestURI) })
	for _, id := range []string{"", ".", ".."} {
		if err := c.DeleteGroup(t.Context(), id, true); err == nil || !strings.Contains(err.Error(), "cannot be used as an id") {
			t.Errorf("id %q: error %v", id, err)
		}
	}
	err := c.DeleteGroup(t.Context(), strings.Repeat("a", 10_000), true)
	if err == nil || !strings.Contains(err.Error(), "an id is too long") || len(err.Error()) > 1000 {
		t.Errorf("a long id: error %v", err)
	}
}

func TestBodyThatCannotBeEncoded(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("sent %s", r.RequestURI) })
	broken := map[string]json.RawMessage{"x": json.RawMessage("{")}
	_, err := c.CreateGroup(t.Context(), api.GroupCreate{Mixins: broken})
	if err == nil || !strings.Contains(err.Error(), "encoding the body") || IsUncertain(err) {
		t.Errorf("error %v, uncertain %t", err, IsUncertain(err))
	}
}

func TestBaseURLWithPath(t *testing.T) {
	t.Parallel()
	var path string
	c := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
		path = r.RequestURI
		answer(200, `{"id":"g/1"}`)(w, r)
	}, func(o *Options) { o.BaseURL += "/gate%2Fway/" })
	if _, err := c.Group(t.Context(), "g/1"); err != nil {
		t.Fatal(err)
	}
	if want := "/gate%2Fway/iam/acme/groups/g%2F1"; path != want {
		t.Errorf("path %q, want %q", path, want)
	}
}

func TestUserByEmail(t *testing.T) {
	t.Parallel()
	users := `[{"id":"1","contactEmail":"Ann@Example.com"},{"id":"2","contactEmail":"bob@example.com"}]`
	c := newTestClient(t, answer(200, users))
	user, err := c.UserByEmail(t.Context(), "ann@example.COM")
	if err != nil || user.ID != "1" {
		t.Errorf("user %v, error %v", user, err)
	}
	_, err = c.UserByEmail(t.Context(), "carl@example.com")
	if !IsNotFound(err) || !strings.Contains(err.Error(), "carl@example.com") {
		t.Errorf("error %v", err)
	}
	failing := newTestClient(t, answer(500, ""))
	if _, err = failing.UserByEmail(t.Context(), "x"); err == nil || IsNotFound(err) {
		t.Errorf("a list that cannot be read is no proof of absence: error %v", err)
	}
}

func TestLock(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, answer(200, ""))
	var wait sync.WaitGroup
	counts := map[string]*int{"a": new(int), "b": new(int)}
	for range 100 {
		for id, count := range counts {
			wait.Go(func() {
				defer c.Lock("group", id)()
				*count++ // the race detector sees who does not wait
			})
		}
	}
	wait.Wait()
	if *counts["a"] != 100 || *counts["b"] != 100 {
		t.Errorf("counts %d and %d", *counts["a"], *counts["b"])
	}

	unlock := c.Lock("group", "a")
	c.Lock("group", "b")() // neither another id
	c.Lock("user", "a")()  // nor another kind waits
	unlock()
}

func TestCanceledContext(t *testing.T) {
	t.Parallel()
	t.Run("before", func(t *testing.T) {
		t.Parallel()
		c := newTestClient(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("sent %s", r.RequestURI) })
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := c.CreateUser(ctx, api.UserCreate{})
		if !errors.Is(err, context.Canceled) || IsUncertain(err) {
			t.Errorf("error %v, uncertain %t", err, IsUncertain(err))
		}
	})
	t.Run("while waiting to try again", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		c := newTestClient(t, answer(503, ""))
		c.backoff = func(_, _ time.Duration, _ int, _ *http.Response) time.Duration {
			cancel()
			return time.Hour
		}
		if _, err := c.Group(ctx, "g"); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("while the server works", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		c := newTestClient(t, func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			cancel()
			<-r.Context().Done()
		})
		_, err := c.CreateUser(ctx, api.UserCreate{})
		if !errors.Is(err, context.Canceled) || !IsUncertain(err) {
			t.Errorf("error %v, uncertain %t", err, IsUncertain(err))
		}
	})
	t.Run("answer has arrived", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		c := newTestClient(t, nil, func(o *Options) {
			o.Transport = roundTrip(func(*http.Request) (*http.Response, error) {
				w := httptest.NewRecorder()
				answer(201, `{"id":"u1"}`)(w, nil)
				cancel()
				return w.Result(), nil
			})
		})
		if id, err := c.CreateUser(ctx, api.UserCreate{}); id != "u1" {
			t.Errorf("id %q, error %v: the created object must not be lost", id, err)
		}
	})
}
