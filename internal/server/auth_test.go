package server_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// tokenLifetime is how long a token is good for.
const tokenLifetime = 14399 * time.Second

// request is a request of the operation that harms nothing: its ids are
// unknown. Its body is no JSON, as nothing may read it before the token.
func request(o server.Operation) exchange {
	segments := strings.Split(o.Path, "/")
	for i, s := range segments {
		switch {
		case s == "{tenant}":
			segments[i] = servertest.Tenant
		case s == "{userType}":
			segments[i] = "EMPLOYEE"
		case strings.HasPrefix(s, "{"):
			segments[i] = "unknown"
		}
	}
	return exchange{name: o.Method + " " + o.Path, method: o.Method, path: strings.Join(segments, "/"), body: "{"}
}

// gatewayFault is what the gateway answers.
func gatewayFault(code string) string {
	return `{"fault": {"faultstring": "` + anyText + `", "detail": {"errorcode": "` + code + `"}}, "code": "` + absent + `"}`
}

// Every route refuses every token that is no good.
func TestAuth_tokenRefused(t *testing.T) {
	t.Parallel()
	b, clock := newBackendAt(t)
	if _, err := b.server.EnsureTenant(t.Context(), "other", ""); err != nil {
		t.Fatal(err)
	}
	expired := b.token
	clock.advance(tokenLifetime)
	b.token = b.issue(t, servertest.Tenant, api.AllScopes()...)
	invalid := gatewayFault(api.FaultInvalidToken)
	claims := jwt.MapClaims{"tenant": servertest.Tenant, "scope": strings.Join(api.AllScopes(), " "), "exp": clock.Now().Add(time.Hour).Unix(), "backend": true}
	id, key := b.server.SigningKey()
	sign := func(method jwt.SigningMethod, key any, claims jwt.MapClaims) string {
		unsigned := jwt.NewWithClaims(method, claims)
		unsigned.Header["kid"] = id
		token, err := unsigned.SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	parts := strings.Split(b.token, ".")
	for _, c := range []struct{ name, header, want string }{
		{"none", "", `{}`},
		{"garbage", "garbage", invalid},
		{"wrong scheme", "Basic " + b.token, invalid},
		{"no scheme", b.token, invalid},
		{"scheme only", "Bearer", invalid},
		{"no token", "Bearer  ", invalid},
		{"garbage token", "Bearer garbage", invalid},
		{"two parts", "Bearer " + parts[0] + "." + parts[1], invalid},
		{"other claims", "Bearer " + parts[0] + "." + strings.Split(expired, ".")[1] + "." + parts[2], invalid},
		{"other key", "Bearer " + sign(jwt.SigningMethodHS256, []byte("another key of thirty-two bytes!"), claims), invalid},
		{"other algorithm", "Bearer " + sign(jwt.SigningMethodHS512, key, claims), invalid},
		{"unsigned", "Bearer " + sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, claims), invalid},
		{"without end", "Bearer " + sign(jwt.SigningMethodHS256, key, jwt.MapClaims{"tenant": servertest.Tenant, "scope": claims["scope"]}), invalid},
		{"without tenant", "Bearer " + sign(jwt.SigningMethodHS256, key, jwt.MapClaims{"scope": claims["scope"], "exp": claims["exp"]}), invalid},
		{"expired", "Bearer " + expired, gatewayFault(api.FaultTokenExpired)},
		{"other tenant", "Bearer " + b.issue(t, "other", api.AllScopes()...), invalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, o := range server.Operations() {
				e := request(o)
				e.header, e.status, e.want = map[string]string{"Authorization": c.header}, 401, c.want
				b.check(t, e)
			}
		})
	}
	got := b.send(t, exchange{path: "~/groups", header: map[string]string{"Authorization": ""}})
	if strings.TrimSpace(string(got.body)) != "{}" {
		t.Errorf("without a token the body must be {}, got %s", got.body)
	}
	// The case of the scheme does not count.
	for _, scheme := range []string{"bearer", "BEARER"} {
		b.check(t, exchange{path: "~/users/unknown", header: map[string]string{"Authorization": scheme + " " + b.token}, status: 404, want: `{"code": 404}`})
	}
	// The same claims under the right key are good: it was not them.
	b.check(t, exchange{path: "~/users/unknown", header: bearer(sign(jwt.SigningMethodHS256, key, claims)), status: 404, want: `{"code": 404}`})
}

// A token is good until its last second.
func TestAuth_tokenExpires(t *testing.T) {
	t.Parallel()
	b, clock := newBackendAt(t)
	token := bearer(b.issue(t, servertest.Tenant, api.ScopeTemplateRead))
	clock.advance(tokenLifetime - 2*time.Second)
	if got := b.send(t, exchange{path: "~/templates", header: token}); got.status != 200 {
		t.Errorf("two seconds before the end: got %d %s", got.status, got.body)
	}
	clock.advance(2 * time.Second)
	b.check(t, exchange{path: "~/templates", header: token, status: 401, want: gatewayFault(api.FaultTokenExpired)})
}

// Every route asks for its scope, and no other will do; where it asks for none,
// any token will. The own scopes open nothing to tokens of API keys and of
// employees.
func TestAuth_scopes(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	owner := b.owner(t)
	for _, o := range server.Operations() {
		e := request(o)
		e.body = "{}"
		t.Run(e.name, func(t *testing.T) {
			open := func(scopes ...string) {
				t.Helper()
				e.header = bearer(b.issue(t, servertest.Tenant, scopes...))
				if got := b.send(t, e); got.status == 401 || got.status == 403 || got.status >= 500 {
					t.Errorf("with %s: got %d %s", scopes, got.status, got.body)
				}
			}
			if len(o.Scopes) == 0 {
				open()
				return
			}
			others := slices.DeleteFunc(api.AllScopes(), func(s string) bool { return slices.Contains(o.Scopes, s) })
			others = append(others, api.OwnScopes()...)
			for _, scope := range o.Scopes {
				others = append(others, scope+"_own", scope+"x", strings.ToUpper(scope))
			}
			e.status = 403
			e.want = `{"code": 403, "status": "Forbidden", "message": "` + anyText + `", "resourceId": "` + absent + `", "details": ["Required scope(s): [` + strings.Join(o.Scopes, ", ") + `]"]}`
			for _, token := range []string{
				b.issue(t, servertest.Tenant), b.issue(t, servertest.Tenant, others...), b.issueUser(t, owner, access.Employee, others...),
			} {
				e.header = bearer(token)
				b.check(t, e)
			}
			for _, scope := range o.Scopes {
				if !slices.Contains(api.OwnScopes(), scope) {
					open(scope)
				}
			}
		})
	}
}

// form is the body of a token request.
func form(pairs ...string) string {
	values := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return values.Encode()
}

var formHeader = map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Authorization": ""}

// tokenRequest is the exchange of client credentials for a token.
func tokenRequest(name, id, secret, scope string) exchange {
	body := form("grant_type", "client_credentials", "client_id", id, "client_secret", secret)
	if scope != "" {
		body += "&" + form("scope", scope)
	}
	return exchange{name: name, method: "POST", path: api.PathToken, header: formHeader, body: body, status: 200}
}

func TestAuth_token(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	narrow := store.Client{
		ID: "narrow", Tenant: servertest.Tenant, SecretHash: hashOf("narrow secret"),
		Scopes: []string{api.ScopeUserRead, "order.order_read", api.ScopeGroupRead}, CreatedAt: newClock().Now(),
	}
	if err := b.store.CreateClient(t.Context(), narrow); err != nil {
		t.Fatal(err)
	}
	all := strings.Join(api.AllScopes(), " ") + " tenant=acme"
	for _, c := range []struct{ name, id, asked, want string }{
		{"everything", "acme-key", "", all},
		{"the tenant only", "acme-key", "tenant=acme", all},
		{"another tenant", "acme-key", "tenant=other", all},
		{"one", "acme-key", "iam.user_read", "iam.user_read tenant=acme"},
		{"in the order asked", "acme-key", "tenant=acme  iam.user_read iam.access_read", "iam.user_read iam.access_read tenant=acme"},
		{"unknown dropped", "acme-key", "iam.fly iam.user_read order.order_read", "iam.user_read tenant=acme"},
		{"unknown only", "acme-key", "iam.fly", "tenant=acme"},
		{"all of a narrow key", "narrow", "", "iam.user_read order.order_read iam.group_read tenant=acme"},
		{"narrowed", "narrow", "order.order_read", "order.order_read tenant=acme"},
		{"not owned", "narrow", "iam.group_manage iam.group_read", "iam.group_read tenant=acme"},
	} {
		secret := map[string]string{"acme-key": servertest.ClientSecret, "narrow": "narrow secret"}[c.id]
		e := tokenRequest(c.name, c.id, secret, c.asked)
		e.wantHeader = map[string]string{"Cache-Control": "no-store"}
		e.want = `{"access_token": "` + anyText + `", "token_type": "Bearer", "expires_in": 14399, "session_idle_time": 120,
			"refresh_token": "", "refresh_token_expires_in": 0, "scope": "` + c.want + `"}`
		b.play(t, e)
	}
	for _, c := range []struct {
		asked  string
		status int
	}{{"", 200}, {"iam.group_read", 200}, {"iam.user_read", 403}, {"iam.fly", 403}} {
		got := b.send(t, tokenRequest("", servertest.ClientID, servertest.ClientSecret, c.asked))
		var token api.Token
		if err := json.Unmarshal(got.body, &token); err != nil {
			t.Fatal(err)
		}
		if used := b.send(t, exchange{path: "~/groups", header: bearer(token.AccessToken)}); used.status != c.status {
			t.Errorf("groups with a token for %q: got %d, want %d", c.asked, used.status, c.status)
		}
	}
}

func TestAuth_tokenRequestRefused(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	refused := func(name, id, secret string) exchange {
		e := tokenRequest(name, id, secret, "")
		e.status, e.want = 401, gatewayFault(api.FaultInvalidKey)
		return e
	}
	malformed := func(name, body string) exchange {
		return exchange{
			name: name, method: "POST", path: api.PathToken, header: formHeader, body: body, status: 400,
			want: `{"code": 400, "status": "Bad Request", "message": "` + anyText + `"}`,
		}
	}
	good := form("grant_type", "client_credentials", "client_id", servertest.ClientID, "client_secret", servertest.ClientSecret)
	inURL := malformed("in the URL", "")
	inURL.path += "?" + good
	asJSON := malformed("as JSON", `{"grant_type": "client_credentials"}`)
	asJSON.header = map[string]string{"Content-Type": "application/json"}
	b.play(
		t,
		refused("unknown client", "nobody", servertest.ClientSecret),
		refused("no client", "", servertest.ClientSecret),
		refused("client in another case", "ACME-KEY", servertest.ClientSecret),
		refused("wrong secret", servertest.ClientID, "guess"),
		refused("no secret", servertest.ClientID, ""),
		refused("hash for a secret", servertest.ClientID, hashOf(servertest.ClientSecret)),
		malformed("password grant", strings.Replace(good, "client_credentials", "password", 1)),
		malformed("no grant", strings.Replace(good, "grant_type", "grant", 1)),
		malformed("broken escape", "grant_type=%zz"),
		malformed("nothing", ""),
		inURL,
		asJSON,
		exchange{name: "GET", path: api.PathToken, status: 405, want: `{"code": 405}`, wantHeader: map[string]string{"Allow": "POST"}},
	)
}

func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
