//go:build unix

package torture_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// rival is a tenant that the callers must not reach.
const rival = "rival"

// walls requests everything of another tenant through every operation: without a
// token, with the token of a user without permissions, and with the token of an
// API key that has full access to its own tenant. Nothing is shown or changed.
func walls(t *testing.T, s *stage) {
	p := serve(t, s.dsn, "--tenant", rival, "--client", "rival:secret", "--test-tokens")
	own := fill(t, connect(t, p.url, client.Options{}), tenant)
	theirs, err := client.New(client.Options{BaseURL: p.url, Tenant: rival, ClientID: "rival", ClientSecret: "secret"})
	must(t, err)
	foreign := fill(t, theirs, rival)
	doc, operations := description(t, p.url)
	w := wall{address: p.url, operations: operations, tokens: map[string]string{tenant: token(t, p.url, key), rival: token(t, p.url, "rival")}}
	callers := []caller{
		{"nobody", "", ""},
		{"a person without rights", testToken(t, p.url, w.tokens[tenant], own.user), ""},
		{"a key of another tenant", w.tokens[tenant], tenant},
	}
	for rounds := 0; rounds < 1 || s.more(); rounds++ {
		for _, who := range callers {
			before := map[string]string{tenant: w.sum(t, tenant), rival: w.sum(t, rival)}
			for _, op := range operations {
				for _, o := range []objects{foreign, own} {
					m := servertest.Maker{User: o.user, Names: o.names, Whole: rounds%2 == 1}
					if rounds > 1 {
						m.Bytes = noise(40)
					}
					r := m.Request(op.method, op.path, doc)
					w.ask(t, who, r)
					r.Path = strings.Replace(r.Path, "/"+tenant, "/"+rival, 1)
					w.ask(t, who, r)
				}
			}
			for name, sum := range before {
				if name != who.may && w.sum(t, name) != sum {
					t.Errorf("%s changed the tenant %s", who.name, name)
				}
			}
		}
		if t.Failed() {
			break
		}
	}
	s.say("%d requests", w.requests)
	s.say("through %d", w.through)
}

// caller sends requests.
type caller struct {
	name, token string
	may         string // the tenant that the caller may change
}

// testToken returns a token of a user.
func testToken(t *testing.T, address, opened, user string) string {
	t.Helper()
	got := send(address, opened, http.MethodPost, "/iam/"+tenant+"/users/"+user+"/test-token", "")
	var issued api.Token
	if err := json.Unmarshal(got.body, &issued); err != nil || issued.AccessToken == "" {
		t.Fatalf("no token: %d %s %v", got.status, got.body, got.err)
	}
	return issued.AccessToken
}

type wall struct {
	address           string
	operations        []operation
	tokens            map[string]string // of keys, by tenant
	requests, through int
}

// ask sends a request that must show nothing of the rival.
func (w *wall) ask(t *testing.T, who caller, r servertest.Request) {
	t.Helper()
	got := send(w.address, who.token, r.Method, r.Path, r.Body)
	w.requests++
	switch {
	case got.err != nil && strings.Contains(got.err.Error(), "invalid"): // unable to send the request
		return
	case got.err != nil && len(r.Path)+len(r.Body) > 8<<10: // refused before its end
		return
	case got.err != nil || got.status >= 500:
		t.Errorf("%s %.200s by %s: got %d %s %v", r.Method, r.Path, who.name, got.status, got.body, got.err)
	case got.status == http.StatusAccepted && strings.TrimSpace(string(got.body)) == "{}" && r.Path == api.Path(api.PathSignInLink, rival):
		// Everyone may ask for a link by e-mail, and gets the same answer.
	case got.status < 300 && strings.Contains(r.Path, "/"+rival+"/"):
		w.through++
		t.Errorf("%s %.200s by %s: got %d %.300s", r.Method, r.Path, who.name, got.status, got.body)
	case strings.Contains(string(got.body), "belongs to "+rival):
		w.through++
		t.Errorf("%s %.200s by %s shows what belongs to %s: %d %.300s", r.Method, r.Path, who.name, rival, got.status, got.body)
	}
}

// sum returns a checksum of everything a tenant has, except the audit events,
// which also record issued tokens.
func (w *wall) sum(t *testing.T, tenant string) string {
	t.Helper()
	all := sha256.New()
	paths := lists(w.operations)
	slices.Sort(paths)
	for _, path := range paths {
		if path == api.PathAuditEvents {
			continue
		}
		got := send(w.address, w.tokens[tenant], http.MethodGet, strings.Replace(path, "{tenant}", tenant, 1), "")
		if got.err != nil || got.status >= 500 {
			t.Fatalf("%s: %d %s %v", path, got.status, got.body, got.err)
		}
		fmt.Fprintln(all, path, got.status, string(got.body))
	}
	return fmt.Sprintf("%x", all.Sum(nil))
}
