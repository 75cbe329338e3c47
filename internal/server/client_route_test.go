package server_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// key makes an API key by request, with the token of the header, and returns its
// secret.
func (b *backend) key(t *testing.T, header map[string]string, body string) (secret string) {
	t.Helper()
	got := b.send(t, exchange{method: "POST", path: "~/clients", header: header, body: body})
	return b.secretIn(t, got, 201)
}

func (b *backend) secretIn(t *testing.T, got answer, status int) string {
	t.Helper()
	var made api.ClientSecret
	if err := json.Unmarshal(got.body, &made); err != nil || got.status != status || len(made.Secret) != 43 || got.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("got %d %v %s", got.status, got.header, got.body)
	}
	return made.Secret
}

// manager is a token of an API key that manages others, and has these scopes as well.
func (b *backend) manager(t *testing.T, scopes ...string) map[string]string {
	t.Helper()
	return bearer(b.issue(t, servertest.Tenant, append(scopes, api.ScopeClientRead, api.ScopeClientManage)...))
}

// forbiddenFor is the refusal of a token that lacks the scopes.
func forbiddenFor(scopes ...string) string {
	return `{"code": 403, "message": "` + anyText + `", "details": ["Required scope(s): [` + strings.Join(scopes, ", ") + `]"]}`
}

// The life of an API key by requests, of which none but two shows its secret.
func TestClientRoutes_life(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	manager := b.manager(t, api.ScopeGroupRead)
	first := b.key(t, manager, `{"id": "acme-ci", "scopes": ["iam.group_read", "iam.client_read", "iam.group_read"]}`)
	token := b.tokenOf(t, "acme-ci", first)
	read := `{"id": "acme-ci", "scopes": ["iam.group_read", "iam.client_read"], "fullAccess": false, "createdAt": "` + anyText + `", "secretAt": "` + anyText + `", "secret": "` + absent + `", "secretHash": "` + absent + `"}`
	b.play(
		t,
		exchange{name: "read", path: "~/clients/acme-ci", header: token, status: 200, want: read},
		exchange{name: "list", path: "~/clients", header: token, status: 200, want: `[` + read + `, {"id": "acme-key", "fullAccess": true, "scopes": ["` + strings.Join(api.AllScopes(), `", "`) + `"]}]`},
		exchange{name: "page", path: "~/clients?pageSize=1&pageNumber=2", header: mergedWith(token, total), status: 200, want: `[{"id": "acme-key"}]`, wantHeader: totalIs("2")},
		exchange{name: "its scopes", path: "~/users", header: token, status: 403, want: forbiddenFor(api.ScopeUserRead)},
		exchange{name: "twice", method: "POST", path: "~/clients", header: manager, body: `{"id": "acme-ci"}`, status: 409, want: `{"code": 409, "resourceId": "acme-ci"}`},
	)
	second := b.secretIn(t, b.send(t, exchange{method: "POST", path: "~/clients/acme-ci/rotate", header: manager}), 200)
	refused := tokenRequest("the first secret", "acme-ci", first, "")
	refused.status, refused.want = 401, gatewayFault(api.FaultInvalidKey)
	b.play(t, refused, exchange{name: "a token of the first secret", path: "~/groups", header: token, status: 401, want: gatewayFault(api.FaultInvalidToken)})
	token = b.tokenOf(t, "acme-ci", second)
	b.play(
		t,
		exchange{name: "revoke", method: "DELETE", path: "~/clients/acme-ci", header: manager, status: 204},
		exchange{name: "its token", path: "~/groups", header: token, status: 401, want: gatewayFault(api.FaultInvalidToken)},
		exchange{name: "read what is gone", path: "~/clients/acme-ci", header: manager, status: 404, want: `{"code": 404}`},
		exchange{name: "rotate what is gone", method: "POST", path: "~/clients/acme-ci/rotate", header: manager, status: 404, want: `{"code": 404}`},
		exchange{name: "revoke what is gone", method: "DELETE", path: "~/clients/acme-ci", header: manager, status: 404, want: `{"code": 404}`},
	)
}

// mergedWith are the headers of both.
func mergedWith(a, b map[string]string) map[string]string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// An id is the tenant's own, and scopes are named or left out.
func TestClientRoutes_refused(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	for name, body := range map[string]string{
		"no id":               `{}`,
		"no own id":           `{"id": "ci"}`,
		"id of another":       `{"id": "other-ci"}`,
		"longer name":         `{"id": "acme2-ci"}`,
		"other case":          `{"id": "ACME-ci"}`,
		"no hyphen":           `{"id": "acmeci"}`,
		"nothing behind":      `{"id": "acme-"}`,
		"characters":          `{"id": "acme-c:i"}`,
		"too long":            `{"id": "acme-` + strings.Repeat("x", 62) + `"}`,
		"no scopes":           `{"id": "acme-ci", "scopes": []}`,
		"no scope":            `{"id": "acme-ci", "scopes": ["iam.user_read iam.group_read"]}`,
		"an empty scope":      `{"id": "acme-ci", "scopes": ["iam.user_read", ""]}`,
		"scopes in one text":  `{"id": "acme-ci", "scopes": "iam.user_read"}`,
		"a member that's odd": `{"id": "acme-ci", "Scopes": ["iam.user_read"]}`,
	} {
		b.check(t, exchange{name: name, method: "POST", path: "~/clients", body: body, status: 400, want: `{"code": 400}`})
	}
	if list, err := b.store.Clients(t.Context(), servertest.Tenant); err != nil || len(list) != 1 {
		t.Errorf("got %+v, %v", list, err)
	}
}

// Nobody gets more by API keys than they have: neither by a new one, nor by
// another secret of one that can do more, whose place nobody takes, either.
func TestClientRoutes_escalation(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	manager := b.manager(t, api.ScopeUserRead)
	create := func(name, scopes string, lacks ...string) exchange {
		return exchange{name: name, method: "POST", path: "~/clients", header: manager, body: `{"id": "acme-more", "scopes": ` + scopes + `}`, status: 403, want: forbiddenFor(lacks...)}
	}
	b.key(t, bearer(b.token), `{"id": "acme-groups", "scopes": ["iam.user_read", "iam.group_manage", "iam.group_read"]}`)
	change := func(id, scopes string) []exchange {
		return []exchange{
			{name: "rotate " + id, method: "POST", path: "~/clients/" + id + "/rotate", header: manager, status: 403, want: scopes},
			{name: "revoke " + id, method: "DELETE", path: "~/clients/" + id, header: manager, status: 403, want: scopes},
		}
	}
	b.play(
		t, create("another scope", `["iam.user_read", "iam.group_read"]`, api.ScopeGroupRead), create("of another service", `["order.order_read"]`, "order.order_read"),
		create("of customers", `["iam.user_read_own"]`, api.ScopeUserReadOwn), create("several", `["iam.group_read", "iam.user_read", "team.team_read"]`, api.ScopeGroupRead, api.ScopeTeamRead),
	)
	lacks := slices.DeleteFunc(api.AllScopes(), func(s string) bool {
		return s == api.ScopeUserRead || s == api.ScopeClientRead || s == api.ScopeClientManage
	})
	b.play(t, slices.Concat(change("acme-groups", forbiddenFor(api.ScopeGroupManage, api.ScopeGroupRead)), change(servertest.ClientID, forbiddenFor(lacks...)))...)
	b.tokenOf(t, servertest.ClientID, servertest.ClientSecret)
	if list, err := b.store.Clients(t.Context(), servertest.Tenant); err != nil || len(list) != 2 {
		t.Errorf("got %+v, %v", list, err)
	}
}

// Without scopes a key gets those of the token that creates it, and never full access.
func TestClientRoutes_scopesLeftOut(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	owner := b.issueUser(t, b.owner(t), access.Employee, api.ScopeClientManage, api.ScopeSiteRead, api.ScopeUserReadOwn)
	for _, c := range []struct {
		id, body string
		header   map[string]string
		want     []string
	}{
		{"acme-a", `{"id": "acme-a"}`, b.manager(t, "order.order_read", api.ScopeUserRead), []string{"order.order_read", api.ScopeUserRead, api.ScopeClientRead, api.ScopeClientManage}},
		{"acme-b", `{"id": "acme-b", "scopes": null}`, b.manager(t), []string{api.ScopeClientRead, api.ScopeClientManage}},
		{"acme-c", `{"id": "acme-c"}`, bearer(b.token), api.AllScopes()},
		{"acme-d", `{"id": "acme-d"}`, bearer(owner), []string{api.ScopeClientManage, api.ScopeSiteRead}},
	} {
		b.key(t, c.header, c.body)
		if got := b.client(t, c.id).Scopes; !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.id, got, c.want)
		}
	}
}

// A key of another tenant is none, whatever the token may.
func TestClientRoutes_otherTenant(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	if _, err := b.server.EnsureTenant(t.Context(), "other", ""); err != nil {
		t.Fatal(err)
	}
	id, secret, err := b.server.FirstClient(t.Context(), "other")
	if err != nil {
		t.Fatal(err)
	}
	none := `{"code": 404, "message": "Error while getting API key", "resourceId": "` + id + `"}`
	b.play(
		t,
		exchange{name: "list", path: "~/clients", status: 200, want: `[{"id": "acme-key"}]`},
		exchange{name: "read", path: "~/clients/" + id, status: 404, want: none},
		exchange{name: "rotate", method: "POST", path: "~/clients/" + id + "/rotate", status: 404, want: none},
		exchange{name: "revoke", method: "DELETE", path: "~/clients/" + id, status: 404, want: none},
		exchange{name: "lacking scopes", method: "DELETE", path: "~/clients/" + id, header: b.manager(t), status: 404, want: none},
	)
	b.tokenOf(t, id, secret)
}

// A key also manages itself: it can rotate and revoke itself.
func TestClientRoutes_itself(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	secret := b.key(t, b.manager(t), `{"id": "acme-self"}`)
	token := b.tokenOf(t, "acme-self", secret)
	secret = b.secretIn(t, b.send(t, exchange{method: "POST", path: "~/clients/acme-self/rotate", header: token}), 200)
	b.check(t, exchange{path: "~/clients", header: token, status: 401, want: gatewayFault(api.FaultInvalidToken)})
	narrow := tokenRequest("", "acme-self", secret, api.ScopeClientManage)
	var narrowed api.Token
	if err := json.Unmarshal(b.send(t, narrow).body, &narrowed); err != nil {
		t.Fatal(err)
	}
	b.play(
		t,
		exchange{name: "with a narrower token", method: "DELETE", path: "~/clients/acme-self", header: bearer(narrowed.AccessToken), status: 403, want: forbiddenFor(api.ScopeClientRead)},
		exchange{name: "itself", method: "DELETE", path: "~/clients/acme-self", header: b.tokenOf(t, "acme-self", secret), status: 204},
	)
}

// Events name the actor who creates, rotates and revokes a key, and no secret.
func TestClientRoutes_events(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	owner := b.owner(t)
	header := bearer(b.issueUser(t, owner, access.Employee, api.ScopeClientManage))
	since := b.lastEvent(t)
	secrets := []string{b.key(t, header, `{"id": "acme-ci"}`)}
	secrets = append(secrets, b.secretIn(t, b.send(t, exchange{method: "POST", path: "~/clients/acme-ci/rotate", header: header}), 200), b.client(t, "acme-ci").SecretHash)
	b.check(t, exchange{method: "DELETE", path: "~/clients/acme-ci", header: header, status: 204})
	var got []string
	for _, e := range b.newest(t, since) {
		got = append(got, strings.Join([]string{string(e.Action), e.Kind, e.ObjectID, string(e.ActorKind), e.Actor}, " "))
		for _, hidden := range secrets {
			if strings.Contains(string(e.Before)+string(e.After), hidden) {
				t.Errorf("an event shows %s", hidden)
			}
		}
	}
	by := " client acme-ci user " + owner
	if want := []string{"create" + by, "update" + by, "delete" + by}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A test token also creates keys, within its scopes; its event names the caller who requested
// it.
func TestClientRoutes_testToken(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.withScopes(t, api.ScopeClientManage)
	b.check(t, exchange{method: "PUT", path: "~/access-controls/keys", body: `{"scopes": ["iam.client_manage"]}`, status: 201, want: `{"id": "keys"}`})
	b.check(t, exchange{method: "PUT", path: "~/groups/keepers", body: `{"name": {"en": "K"}, "accessControls": ["keys"]}`, status: 201, want: `{"id": "keepers"}`})
	user := b.create(t, "~/users", person("anna@acme.example", "keepers"))
	var token api.Token
	if err := json.Unmarshal(b.send(t, exchange{method: "POST", path: "~/users/" + user + "/test-token"}).body, &token); err != nil {
		t.Fatal(err)
	}
	header := bearer(token.AccessToken)
	b.key(t, header, `{"id": "acme-ci"}`)
	if got := b.client(t, "acme-ci").Scopes; !slices.Equal(got, []string{api.ScopeClientManage}) {
		t.Errorf("got %q", got)
	}
	b.check(t, exchange{method: "POST", path: "~/clients", header: header, body: `{"id": "acme-more", "scopes": ["iam.user_read"]}`, status: 403, want: forbiddenFor(api.ScopeUserRead)})
}

// What the store fails at is no key, and none that is gone.
func TestClientRoutes_broken(t *testing.T) {
	t.Parallel()
	filled := newBackend(t)
	b := over(t, filled, server.Options{Now: newClock().Now, Store: unchangeable{filled.store}})
	b.check(t, exchange{method: "POST", path: "~/clients/acme-key/rotate", status: 503, want: `{"code": 503}`})
	if got := filled.client(t, servertest.ClientID); got.SecretHash == "" || got.Tenant != servertest.Tenant {
		t.Errorf("got %+v", got)
	}
}
