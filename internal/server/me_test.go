package server_test

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// testToken gets the test token of a user.
func (b *backend) testToken(t testing.TB, userID, body string) api.Token {
	t.Helper()
	got := b.send(t, exchange{method: "POST", path: "~/users/" + userID + "/test-token", body: body})
	var token api.Token
	if err := json.Unmarshal(got.body, &token); err != nil || got.status != 200 {
		t.Fatalf("got %d %s", got.status, got.body)
	}
	return token
}

func TestMe_employee(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.create(t, "~/groups", `{"id": "own", "name": {"en": "Own", "de": "Eigene"}, "accessControls": ["`+ordersViewer+`", "`+catalogsViewer+`"]}`)
	id := b.create(t, "~/users", person("anna@acme.example", "own"))
	token := b.testToken(t, id, "")
	header := bearer(token.AccessToken)
	german := bearer(token.AccessToken)
	german["Accept-Language"] = "de"
	b.play(
		t,
		exchange{name: "me", path: "~/users/me", header: header, status: 200, want: `{
			"id": "` + id + `", "contactEmail": "anna@acme.example", "status": "PROVISIONED", "groupIds": ["own"], "groups": "` + absent + `", "lastLogin": "` + absent + `"}`},
		exchange{name: "with groups", path: "~/users/me?expand=groups", header: german, status: 200, want: `{"id": "` + id + `", "groups": [{"id": "own", "name": {"en": "Own", "de": "Eigene"}}]}`},
		exchange{name: "my scopes", path: "~/users/me/scopes", header: header, status: 200, want: `{"userId": "` + id + `", "scopes": "catalog.catalog_view order.order_read tenant=acme", "vendorId": "` + absent + `"}`},
		exchange{name: "my access controls", path: "~/users/me/access-controls?pageSize=10000", header: header, status: 200, want: `[{"id": "` + catalogsViewer + `"}, {"id": "` + ordersViewer + `"}]`},
		exchange{name: "counted", path: "~/users/me/access-controls?pageSize=1", header: map[string]string{"Authorization": header["Authorization"], api.HeaderTotalCount: "true"}, status: 200, want: `[{"id": "` + catalogsViewer + `"}]`, wantHeader: totalIs("2")},
		exchange{name: "expanded", path: "~/users/me/access-controls?expand=role&pageSize=1", header: header, status: 200, want: `[{"role": {"id": "` + viewerRole + `"}}]`},
		exchange{name: "in one language", path: "~/users/me/access-controls?pageSize=1", header: german, status: 200, want: `[{"name": "Catalogs Viewer"}]`},
		exchange{name: "in an unknown language", path: "~/users/me/access-controls", header: map[string]string{"Authorization": header["Authorization"], "Accept-Language": "pl"}, status: 400, want: `{"code": 400}`},
		exchange{name: "nothing more", path: "~/groups", header: header, status: 403, want: `{"code": 403}`},
		exchange{name: "the login shows", path: "~/users/" + id, status: 200, want: `{"lastLogin": "` + anyText + `", "status": "PROVISIONED"}`},
	)
	// Scopes that are gone are gone at once; those of the token stay in it.
	b.play(
		t,
		exchange{name: "leave", method: "DELETE", path: "~/users/" + id + "/groups", status: 204},
		exchange{name: "no scopes", path: "~/users/me/scopes", header: header, status: 200, want: `{"userId": "` + id + `", "scopes": "tenant=acme"}`},
		exchange{name: "no access controls", path: "~/users/me/access-controls", header: header, status: 200, want: `[]`},
		exchange{name: "no groups", path: "~/users/me?expand=groups", header: header, status: 200, want: `{"groupIds": [], "groups": "` + absent + `"}`},
	)
}

// "me" is nobody's id.
func TestMe_reserved(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.play(
		t,
		exchange{name: "update", method: "PUT", path: "~/users/me", body: changed("me"), status: 405, want: `{"code": 405}`, wantHeader: map[string]string{"Allow": "GET"}},
		exchange{name: "delete", method: "DELETE", path: "~/users/me", status: 405, want: `{"code": 405}`},
		exchange{name: "lock", method: "PUT", path: "~/users/me/lock", status: 404, want: userNotFound("me")},
		exchange{name: "groups", path: "~/users/me/groups", status: 200, want: `[]`},
	)
}

func TestMe_apiKey(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	nobody := `{"code": 404, "status": "Not Found", "message": "` + anyText + `", "resourceId": "` + absent + `", "details": ["` + anyText + `"]}`
	for name, scopes := range map[string][]string{"everything": api.AllScopes(), "two": {api.ScopeUserRead, "order.order_read"}, "nothing": nil} {
		header := bearer(b.issue(t, servertest.Tenant, scopes...))
		b.play(
			t,
			exchange{name: name + ": me", path: "~/users/me", header: header, status: 404, want: nobody},
			exchange{name: name + ": my access controls", path: "~/users/me/access-controls", header: header, status: 404, want: nobody},
			exchange{name: name + ": my scopes", path: "~/users/me/scopes", header: header, status: 200, want: `{"userId": "tests", "scopes": "` + strings.Join(append(scopes, "tenant=acme"), " ") + `"}`},
		)
	}
}

// A customer is unknown to this service, and known by its groups.
func TestMe_customer(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.create(t, "~/groups", `{"id": "shoppers", "name": {"en": "Shoppers"}, "userType": "CUSTOMER", "accessControls": ["`+customersOrders+`"]}`)
	b.create(t, "~/groups/shoppers/users", `{"userId": "c1", "userType": "CUSTOMER"}`)
	known, unknown := b.testToken(t, "c1", `{"userType": "CUSTOMER"}`), b.testToken(t, "c2", `{"userType": "customer"}`)
	want := strings.Join(api.OwnScopes(), " ") + " tenant=acme"
	if known.Scope != want || unknown.Scope != want {
		t.Errorf("got the scopes %q and %q, want %q", known.Scope, unknown.Scope, want)
	}
	// An employee's id does not make a customer the employee.
	owner := bearer(b.testToken(t, b.owner(t), `{"userType": "CUSTOMER"}`).AccessToken)
	b.play(
		t,
		exchange{name: "me", path: "~/users/me", header: bearer(known.AccessToken), status: 404, want: `{"code": 404, "resourceId": "c1"}`},
		exchange{name: "my scopes", path: "~/users/me/scopes", header: bearer(known.AccessToken), status: 200, want: `{"userId": "c1", "scopes": "order.order_readascustomer order.order_updateascustomer tenant=acme"}`},
		exchange{name: "my access controls", path: "~/users/me/access-controls", header: bearer(known.AccessToken), status: 200, want: `[{"id": "` + customersOrders + `"}]`},
		exchange{name: "without groups", path: "~/users/me/access-controls", header: bearer(unknown.AccessToken), status: 200, want: `[]`},
		exchange{name: "without groups: my scopes", path: "~/users/me/scopes", header: bearer(unknown.AccessToken), status: 200, want: `{"userId": "c2", "scopes": "tenant=acme"}`},
		exchange{name: "not the Owner", path: "~/users/me", header: owner, status: 404, want: `{"code": 404}`},
		exchange{name: "no rights of the Owner", path: "~/users", header: owner, status: 403, want: `{"code": 403}`},
	)
}

func TestTestToken(t *testing.T) {
	t.Parallel()
	b, clock := newBackendAt(t)
	owner := b.owner(t)
	before := clock.Now()
	token := b.testToken(t, owner, "")
	if token.TokenType != "Bearer" || token.ExpiresIn != 14399 || token.SessionIdleTime != 120 || token.RefreshToken != "" {
		t.Errorf("got %+v", token)
	}
	scopes := strings.Split(token.Scope, " ")
	for _, scope := range []string{api.ScopeUserUpdate, api.ScopeGroupManage, "order.order_manage"} {
		if !slices.Contains(scopes, scope) {
			t.Errorf("the Owner's token lacks %s: %q", scope, scopes)
		}
	}
	if last := scopes[len(scopes)-1]; last != "tenant=acme" {
		t.Errorf("the scopes end with %q", last)
	}
	login, err := time.Parse(time.RFC3339, read[api.User](t, b, "~/users/"+owner).LastLogin)
	if err != nil || login.Before(before.Truncate(time.Millisecond)) || login.After(clock.Now()) {
		t.Errorf("the last login is %v, %v", login, err)
	}
	// It is a token like any other: it opens what its scopes open, here, and
	// until it expires.
	other := exchange{path: "/iam/other/users", header: bearer(token.AccessToken), status: 401, want: gatewayFault(api.FaultInvalidToken)}
	b.play(
		t,
		exchange{name: "opens", path: "~/users", header: bearer(token.AccessToken), status: 200, want: `[{"id": "` + owner + `"}]`},
		other,
	)
	clock.advance(tokenLifetime)
	b.check(t, exchange{path: "~/users/me", header: bearer(token.AccessToken), status: 401, want: gatewayFault(api.FaultTokenExpired)})
}

func TestTestToken_requests(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	if err := b.store.CreateUser(t.Context(), fullUser()); err != nil { // locked
		t.Fatal(err)
	}
	idle := b.create(t, "~/users", person("idle@acme.example"))
	at := func(id string) string { return "~/users/" + id + "/test-token" }
	alone := `{"scope": "tenant=acme", "token_type": "Bearer", "access_token": "` + anyText + `"}`
	b.play(
		t,
		exchange{name: "without a body", method: "POST", path: at(idle), status: 200, want: alone},
		exchange{name: "empty", method: "POST", path: at(idle), body: `{}`, status: 200, want: alone},
		exchange{name: "null", method: "POST", path: at(idle), body: `{"userType": null}`, status: 200, want: alone},
		exchange{name: "said", method: "POST", path: at(idle), body: `{"userType": "Employee"}`, status: 200, want: alone},
		exchange{name: "unknown employee", method: "POST", path: at("nobody"), status: 404, want: userNotFound("nobody")},
		exchange{name: "other user type", method: "POST", path: at(idle), body: `{"userType": "ROBOT"}`, status: 400, want: `{"code": 400, "status": "Constraint validation failed", "resourceId": "` + idle + `"}`},
		exchange{name: "wrong type", method: "POST", path: at(idle), body: `{"userType": 5}`, status: 400, want: `{"code": 400, "details": ["userType must not be a number"]}`},
		exchange{name: "locked", method: "POST", path: at("4711"), status: 400, want: `{"code": 400, "status": "Constraint validation failed", "message": "User '00u1' is locked and gets no token: unlock it first", "resourceId": "00u1"}`},
		exchange{name: "no login of the locked", path: "~/users/00u1", status: 200, want: `{"lastLogin": "2026-02-03T05:05:06.789Z"}`},
	)
	// By back-office number it is the token of the same user.
	b.check(t, exchange{method: "DELETE", path: "~/users/4711/lock", status: 204})
	if err := b.store.UpdateUser(t.Context(), servertest.Tenant, "00u1", activate); err != nil {
		t.Fatal(err)
	}
	b.check(t, exchange{path: "~/users/me", header: bearer(b.testToken(t, "4711", "").AccessToken), status: 200, want: `{"id": "00u1"}`})
}

// By default, a backend lets no one act as a user.
func TestTestToken_off(t *testing.T) {
	t.Parallel()
	filled := newBackend(t)
	b := over(t, filled, server.Options{Store: filled.store, Now: newClock().Now})
	since := b.lastEvent(t)
	for _, body := range []string{"", `{"userType": "CUSTOMER"}`} {
		b.check(t, exchange{
			method: "POST", path: "~/users/" + b.owner(t) + "/test-token", body: body, status: 403,
			want: `{"code": 403, "message": "This backend gives no test tokens: with one, a caller acts as any user.", "details": ["For tests, start it with serve --test-tokens"]}`,
		})
	}
	if events := b.newest(t, since); len(events) > 0 {
		t.Errorf("got %+v", events)
	}
}

// A test token carries no more scopes than its caller's token. It names the caller, as do its
// event and the events of its changes.
func TestTestToken_caller(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	owner := b.owner(t)
	since := b.lastEvent(t)
	b.token = b.issue(t, servertest.Tenant, api.ScopeUserUpdate, api.ScopeGroupManage, "order.order_read", "iam.fly")
	if token := b.testToken(t, owner, ""); token.Scope != "iam.group_manage iam.user_update order.order_read tenant=acme" {
		t.Errorf("got %q", token.Scope)
	}
	if token := b.testToken(t, "c1", `{"userType": "CUSTOMER"}`); token.Scope != "tenant=acme" {
		t.Errorf("a customer: got %q", token.Scope)
	}
	// Nor does a token of the token carry more.
	b.token = b.testToken(t, owner, "").AccessToken
	again := b.testToken(t, owner, "")
	if again.Scope != "iam.group_manage iam.user_update order.order_read tenant=acme" {
		t.Errorf("of a test token: got %q", again.Scope)
	}
	var claims struct {
		Sub string
		Act struct{ Sub string }
	}
	for token, by := range map[string]string{b.token: "tests", again.AccessToken: owner} {
		payload, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
		if err == nil {
			err = json.Unmarshal(payload, &claims)
		}
		if err != nil || claims.Sub != owner || claims.Act.Sub != by {
			t.Errorf("got %s, %v", payload, err)
		}
	}
	b.check(t, exchange{method: "PUT", path: "~/groups/g", body: `{"name": {"en": "G"}}`, status: 201, want: `{}`})
	b.token = b.issue(t, servertest.Tenant, api.AllScopes()...)
	var got []string
	for _, e := range b.newest(t, since) {
		got = append(got, strings.Join([]string{string(e.ActorKind), e.Actor, string(e.Action), e.Kind, e.ObjectID}, " "))
		if e.Kind == "test-token" && (!strings.Contains(string(e.After), `"askedBy":"`+e.Actor+`"`) || e.ObjectID == owner && !strings.Contains(string(e.After), `["iam.group_manage","iam.user_update","order.order_read"]`)) {
			t.Errorf("got %s", e.After)
		}
	}
	want := []string{
		"client tests update user " + owner, "client tests create test-token " + owner, "client tests create test-token c1",
		"client tests update user " + owner, "client tests create test-token " + owner,
		"test-token " + owner + " update user " + owner, "test-token " + owner + " create test-token " + owner,
		"test-token " + owner + " create group g",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// A lock takes the access of a user away at once, and gives it back as it was.
func TestUser_lock(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.withGroups(t, "sales")
	id := b.create(t, "~/users", person("anna@acme.example", "sales"))
	owner := b.owner(t)
	path, me := "~/users/"+id, bearer(b.testToken(t, id, "").AccessToken)
	locked := `{"isAccountLocked": true, "status": "INACTIVE", "groupIds": ["sales"], "firstName": "Anna"}`
	b.play(
		t,
		exchange{name: "not locked", method: "DELETE", path: path + "/lock", status: 204},
		exchange{name: "lock", method: "PUT", path: path + "/lock", status: 204},
		exchange{name: "lock again", method: "PUT", path: path + "/lock", body: `{"ignored": `, status: 204},
		exchange{name: "locked", path: path, status: 200, want: locked},
		exchange{name: "in the list", path: "~/users?pageNumber=2&pageSize=1", status: 200, want: `[` + locked + `]`},
		exchange{name: "no access", path: "~/users/me", header: me, status: 401, want: gatewayFault(api.FaultInvalidToken)},
		exchange{name: "not to the scopes", path: "~/users/me/scopes", header: me, status: 401, want: gatewayFault(api.FaultInvalidToken)},
		exchange{name: "no new token", method: "POST", path: path + "/test-token", status: 400, want: `{"code": 400}`},
		exchange{name: "an update changes nothing of it", method: "PUT", path: path, body: with(changed(id, "sales"), map[string]any{"firstName": "Anna", "isAccountLocked": false, "status": "ACTIVE"}), status: 204},
		exchange{name: "still locked", path: path, status: 200, want: locked},
		exchange{name: "unlock", method: "DELETE", path: path + "/lock", status: 204},
		exchange{name: "unlock again", method: "DELETE", path: path + "/lock", status: 204},
		exchange{name: "as before", path: path, status: 200, want: `{"isAccountLocked": false, "status": "PROVISIONED", "groupIds": ["sales"]}`},
		exchange{name: "access again", path: "~/users/me", header: me, status: 200, want: `{"id": "` + id + `"}`},
		exchange{name: "never the Owner", method: "PUT", path: "~/users/" + owner + "/lock", status: 409, want: `{"code": 409, "resourceId": "` + owner + `"}`},
		exchange{name: "unlock one who is not locked", method: "DELETE", path: "~/users/" + owner + "/lock", status: 204},
		exchange{name: "still active", path: "~/users/" + owner, status: 200, want: `{"isAccountLocked": false, "status": "ACTIVE"}`},
		exchange{name: "lock nobody", method: "PUT", path: "~/users/nobody/lock", status: 404, want: userNotFound("nobody")},
		exchange{name: "unlock nobody", method: "DELETE", path: "~/users/nobody/lock", status: 404, want: userNotFound("nobody")},
		exchange{name: "leave", method: "DELETE", path: path, status: 204},
		exchange{name: "no access without being there", path: "~/users/me", header: me, status: 401, want: gatewayFault(api.FaultInvalidToken)},
	)
	// A user who is invited again is not locked, even after a lock.
	b.play(
		t,
		exchange{name: "come back", method: "POST", path: "~/users", body: person("anna@acme.example"), status: 201, want: `{"id": "` + id + `"}`},
		exchange{name: "lock", method: "PUT", path: path + "/lock", status: 204},
		exchange{name: "leave locked", method: "DELETE", path: path, status: 204},
		exchange{name: "come back unlocked", method: "POST", path: "~/users", body: person("anna@acme.example"), status: 201, want: `{"id": "` + id + `"}`},
		exchange{name: "invited again", path: path, status: 200, want: `{"isAccountLocked": false, "status": "PROVISIONED"}`},
	)
	b.check(t, exchange{method: "PUT", path: path + "/lock", header: bearer(b.issueUser(t, owner, access.Employee, api.ScopeUserRead)), status: 403, want: `{"code": 403}`})
}
