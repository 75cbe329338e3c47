package server_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

func TestTenant_new(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.check(t, exchange{path: "~/users?expand=groups", header: total, status: 200, wantHeader: totalIs("1"), want: `[{
		"firstName": "Tenant", "lastName": "Owner", "contactEmail": "owner@acme.example", "status": "ACTIVE", "isAccountLocked": false,
		"preferredSite": "main", "preferredCurrency": "EUR", "preferredLanguage": "en", "groupIds": ["` + access.OwnerGroupID + `"], "groups": [{"code": "BO_MANAGER"}]}]`})
	byID := map[string]api.Group{}
	for _, g := range read[[]api.Group](t, b, "~/groups") {
		byID[g.ID] = g
	}
	for _, want := range access.PredefinedGroups() {
		got := byID[want.ID]
		if got.Name["en"] != want.Name || got.Description["en"] != want.Description || got.Code != want.Code || got.UserType != want.UserType ||
			!reflect.DeepEqual(got.AccessControls, want.Controls) || got.Templates != nil || got.Metadata.Version != 1 {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	if len(byID) != len(access.PredefinedGroups()) {
		t.Errorf("there are %d groups, want %d", len(byID), len(access.PredefinedGroups()))
	}
	for key, want := range map[string]string{
		"project_lang": `[{"id": "en", "default": true, "required": true}, {"id": "de", "default": false}, {"id": "fr", "default": false}]`,
		"project_curr": `[{"id": "EUR", "default": true, "required": true}, {"id": "USD", "default": false}, {"id": "GBP", "default": false}]`,
	} {
		document, err := b.store.Document(t.Context(), servertest.Tenant, store.KindSetting, key)
		if err != nil {
			t.Fatal(err)
		}
		var setting struct{ Value string } // the platform keeps these lists as JSON in a JSON text
		if err := json.Unmarshal([]byte(document.Body), &setting); err != nil {
			t.Fatal(err)
		}
		if diff := differs(key, parse(t, want), parse(t, setting.Value)); diff != "" {
			t.Error(diff)
		}
	}
}

func TestTenant_ensure(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.withGroups(t, "sales")
	before := read[[]api.Group](t, b, "~/groups")
	users := usersOf(t, b)
	if created, err := b.server.EnsureTenant(t.Context(), servertest.Tenant, "another@acme.example"); created || err != nil {
		t.Errorf("a tenant that exists: got %t, %v", created, err)
	}
	if after := read[[]api.Group](t, b, "~/groups"); !reflect.DeepEqual(after, before) || !reflect.DeepEqual(usersOf(t, b), users) {
		t.Error("a tenant that exists was changed")
	}
	if created, err := b.server.EnsureTenant(t.Context(), "other", "Boss@Other.example"); !created || err != nil {
		t.Errorf("a new tenant: got %t, %v", created, err)
	}
	if u, err := b.store.UserByEmail(t.Context(), "other", "boss@other.example"); err != nil || u.Email != "Boss@Other.example" || u.Status != "ACTIVE" {
		t.Errorf("its owner: got %+v, %v", u, err)
	}
	for name, ok := range map[string]bool{
		"abc": true, "a12": true, "abcdefghij123456": true,
		"": false, "ab": false, "abcdefghij1234567": false, "1abc": false, "Abc": false, "a-b": false, "a b": false, "äbc": false, "abc\n": false,
	} {
		if created, err := b.server.EnsureTenant(t.Context(), name, ""); (err == nil) != ok || created != ok {
			t.Errorf("tenant %q: got %t, %v", name, created, err)
		}
	}
}

// A tenant is created with all initial objects, or not at all.
func TestTenant_halfMade(t *testing.T) {
	t.Parallel()
	filled := newBackend(t)
	broken, breakage := newBrokenStore(filled.store)
	b := over(t, filled, server.Options{Store: broken})
	cause := errors.New("the disk is gone")
	for n := 2; ; n += 7 { // the first one checks whether it exists
		breakage.set(n, cause, false)
		created, err := b.server.EnsureTenant(t.Context(), "other", "")
		if !breakage.happened() {
			if !created || err != nil || n < 100 {
				t.Errorf("unbroken: got %t, %v after %d", created, err, n)
			}
			return
		}
		if created || !errors.Is(err, cause) || !strings.Contains(err.Error(), " tenant other") {
			t.Errorf("break %d: got %t, %v", n, created, err)
		}
		if _, err := filled.store.Tenant(t.Context(), "other"); !errors.Is(err, store.ErrNotFound) {
			t.Fatalf("break %d left a tenant behind: %v", n, err)
		}
	}
}

// Nothing of a tenant is seen or reached from another, not even by its id.
func TestTenant_isolation(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	if _, err := b.server.EnsureTenant(t.Context(), "other", ""); err != nil {
		t.Fatal(err)
	}
	b.withGroups(t, "sales", "support")
	b.withScopes(t, "own.scope")
	b.check(t, exchange{method: "PUT", path: "~/access-controls/own", body: `{"scopes": ["own.scope"]}`, status: 201, want: `{"id": "own"}`})
	anna := b.create(t, "~/users", person("anna@acme.example", "sales"))
	before := read[[]api.Group](t, b, "~/groups")
	header := bearer(b.issue(t, "other", api.AllScopes()...))
	header["Content-Language"], header["Accept-Language"] = "en", "en"
	owner := `[{"contactEmail": "owner@other.example"}]`
	for _, e := range []exchange{
		{name: "users", path: "/users", status: 200, want: owner},
		{name: "user", path: "/users/" + anna, status: 404, want: `{"code": 404}`},
		{name: "user's groups", path: "/users/" + anna + "/groups", status: 200, want: `[]`},
		{name: "user's access controls", path: "/users/" + anna + "/access-controls", status: 404, want: `{"code": 404}`},
		{name: "user's scopes", path: "/users/" + anna + "/scopes", status: 404, want: `{"code": 404}`},
		{name: "scope", path: "/scopes/own.scope", status: 404, want: `{"code": 404}`},
		{name: "scopes", path: "/scopes?q=predefined:false", status: 200, want: `[]`},
		{name: "delete scope", method: "DELETE", path: "/scopes/own.scope", status: 404, want: `{"code": 404}`},
		{name: "access control", path: "/access-controls/own", status: 404, want: `{"code": 404}`},
		{name: "delete access control", method: "DELETE", path: "/access-controls/own", status: 404, want: `{"code": 404}`},
		{name: "access control with a scope of others", method: "PUT", path: "/access-controls/own", body: `{"scopes": ["own.scope"]}`, status: 400, want: `{"resourceId": "own.scope"}`},
		{name: "group", path: "/groups/sales", status: 404, want: `{"code": 404}`},
		{name: "members", path: "/groups/sales/users", status: 404, want: `{"code": 404}`},
		{name: "join", method: "PUT", path: "/groups/sales/users/EMPLOYEE/" + anna, status: 404, want: `{"code": 404}`},
		{name: "invite into the group", method: "POST", path: "/users", body: person("x@other.example", "sales"), status: 404, want: `{"resourceId": "sales"}`},
		{name: "leave", method: "DELETE", path: "/groups/sales/users/" + anna, status: 204},
		{name: "clear", method: "DELETE", path: "/groups/sales/users", status: 204},
		{name: "leave all", method: "DELETE", path: "/users/" + anna + "/groups", status: 204},
		{name: "delete user", method: "DELETE", path: "/users/" + anna, status: 404, want: `{"code": 404}`},
		{name: "delete group", method: "DELETE", path: "/groups/sales?forceDelete=true", status: 404, want: `{"code": 404}`},
		{name: "group of the same id", method: "PUT", path: "/groups/sales", body: `{"name": "Ours"}`, status: 201, want: `{"id": "sales"}`},
		{name: "its own", path: "/groups/sales", status: 200, want: `{"name": "Ours", "metadata": {"version": 1}}`},
		{name: "delete its own", method: "DELETE", path: "/groups/sales", status: 204},
		{name: "user of the same e-mail", method: "POST", path: "/users", body: person("anna@acme.example"), status: 201, want: `{"id": "` + anna + `"}`},
		{name: "in no group", path: "/users/" + anna, status: 200, want: `{"groupIds": [], "status": "PROVISIONED"}`},
	} {
		e.path, e.header = "/iam/other"+e.path, header
		b.play(t, e)
	}
	b.check(t, exchange{path: "~/users/" + anna, status: 200, want: `{"groupIds": ["sales"], "status": "PROVISIONED"}`})
	if after := read[[]api.Group](t, b, "~/groups"); !reflect.DeepEqual(after, before) {
		t.Errorf("the groups were %v, and are %v", before, after)
	}
}

func TestTenant_client(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	if _, err := b.server.EnsureTenant(t.Context(), "other", ""); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, tenant, id, secret string
		ok                       bool
	}{
		{"as it is", servertest.Tenant, servertest.ClientID, servertest.ClientSecret, true},
		{"another secret", servertest.Tenant, servertest.ClientID, "another-secret", false},
		{"another tenant", "other", servertest.ClientID, servertest.ClientSecret, false},
		{"another id", "other", "other-key", servertest.ClientSecret, true},
		{"no tenant", "nowhere", "nowhere-key", "nowhere-secret", false},
	} {
		err := b.server.EnsureClient(t.Context(), c.tenant, c.id, c.secret)
		if (err == nil) != c.ok {
			t.Errorf("%s: got %v", c.name, err)
		}
		if text := fmt.Sprint(err); strings.Contains(text, "-secret") || strings.Contains(text, hashOf(servertest.ClientSecret)) {
			t.Errorf("%s: the error holds a secret: %v", c.name, err)
		}
	}
	e := tokenRequest("of the other tenant", "other-key", servertest.ClientSecret, "")
	e.want = `{"scope": "` + strings.Join(api.AllScopes(), " ") + ` tenant=other"}`
	b.check(t, e)
	e = tokenRequest("still with the first secret", servertest.ClientID, servertest.ClientSecret, api.ScopeUserRead)
	e.want = `{"scope": "iam.user_read tenant=acme"}`
	b.check(t, e)
}

// A tenant without an API key gets one, once.
func TestTenant_firstClient(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	if _, err := b.server.EnsureTenant(t.Context(), "other", ""); err != nil {
		t.Fatal(err)
	}
	id, secret, err := b.server.FirstClient(t.Context(), "other")
	if err != nil || id != "other-admin" || len(secret) < 26 {
		t.Fatalf("got %q, a secret of %d characters, %v", id, len(secret), err)
	}
	e := tokenRequest("", id, secret, api.ScopeUserRead)
	e.want = `{"scope": "iam.user_read tenant=other"}`
	b.check(t, e)
	for _, tenant := range []string{"other", servertest.Tenant} {
		if id, secret, err := b.server.FirstClient(t.Context(), tenant); id != "" || secret != "" || err != nil {
			t.Errorf("%s has one already: got %q, %v", tenant, id, err)
		}
	}
}

// Two servers over one database take each other's tokens.
func TestTenant_sharedKey(t *testing.T) {
	t.Parallel()
	one := newBackend(t)
	two := over(t, one, server.Options{Store: one.store, Now: newClock().Now})
	two.check(t, exchange{path: "~/users", header: bearer(one.token), status: 200, want: `[{"firstName": "Tenant"}]`})
	one.check(t, exchange{path: "~/users", header: bearer(two.issue(t, servertest.Tenant, api.ScopeUserRead)), status: 200, want: `[{"firstName": "Tenant"}]`})
}
