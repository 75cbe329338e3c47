//go:build unix

package torture_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// operation is an operation of the API, from the description that the backend
// serves.
type operation struct{ method, path string }

// description reads the backend's API description.
func description(t *testing.T, address string) (*openapi3.T, []operation) {
	t.Helper()
	got := send(address, "", http.MethodGet, api.PathOpenAPI, "")
	doc, err := openapi3.NewLoader().LoadFromData(got.body)
	if err != nil {
		t.Fatal(got.status, err)
	}
	var all []operation
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			all = append(all, operation{method, path})
		}
	}
	if len(all) < 50 {
		t.Fatalf("the description has %d operations", len(all))
	}
	return doc, all
}

// hostile sends bodies that match the description except for some values, and
// bodies that are not JSON, to every operation, and sends data that is not HTTP
// to the port. The backend never fails, and keeps working.
func hostile(t *testing.T, s *stage) {
	p := serve(t, s.dsn, "--test-tokens", "--trusted-proxy", "127.0.0.1")
	c := connect(t, p.url, client.Options{})
	o := fill(t, c, tenant)
	doc, operations := description(t, p.url)
	opened := token(t, p.url, key)
	requests, refused := 0, 0
	m := servertest.Maker{User: o.user}
	for rounds := 0; rounds < 1 || s.more(); rounds++ {
		for _, op := range operations {
			m.Bytes = noise(80)
			r := m.Request(op.method, op.path, doc)
			if rand.IntN(2) == 0 {
				r.Body = spoiled(r.Body)
			}
			got := send(p.url, opened, r.Method, r.Path, r.Body)
			requests++
			switch {
			case got.err != nil && strings.Contains(got.err.Error(), "invalid"): // unable to send the request
			case got.err != nil && len(r.Body)+len(r.Path) > 8<<10: // refused before its end
			case got.err != nil:
				t.Errorf("%s %.200s with %.300q: %v", r.Method, r.Path, r.Body, got.err)
			case got.status >= 500:
				t.Errorf("%s %.200s with %.300q: got %d %s", r.Method, r.Path, r.Body, got.status, got.body)
			case got.status >= 400:
				refused++
			}
		}
		var raw sync.WaitGroup
		for range 20 {
			requests++
			raw.Go(func() { rawly(t, p.url) })
		}
		raw.Wait()
		if opened = token(t, p.url, key); t.Failed() || !readable(t, p.url, opened, operations) {
			break
		}
	}
	s.say("%d requests", requests)
	s.say("%d refused", refused)
	s.say("server errors 0") // or it has failed
	s.say("%d MB", p.memory())
}

func noise(n int) []byte {
	text := make([]byte, n)
	for i := range text {
		text[i] = byte(rand.IntN(256))
	}
	return text
}

// spoiled is a modified body.
func spoiled(body string) string {
	cut := 0
	if len(body) > 0 {
		cut = rand.IntN(len(body))
	}
	return []string{
		"", " ", "null", "[]", "[[]]", "\ufeff" + body, body + body, body[:cut], body[:cut] + "\x00" + body[cut:], body[:cut] + "\\ud800" + body[cut:],
		strings.ToUpper(body), strings.ReplaceAll(body, ":", ":["), strings.Replace(body, "{", `{"name":1,"name":2,`, 1), strings.Replace(body, `"`, `"\u0000`, 1),
		servertest.Nested(9_000), strings.Repeat("[", 100_000), `{"name":` + strings.Repeat("1", 100_000) + "}", `{"name":{"en":"` + strings.Repeat("x", 3<<20) + `"}}`,
		string(noise(500)), strings.Repeat(" ", 11<<20),
	}[rand.IntN(20)]
}

// rawly writes data to the port that is not a request, or only the beginning of
// one, and waits briefly for the connection to end.
func rawly(t *testing.T, address string) {
	t.Helper()
	c, err := (&net.Dialer{Timeout: patient}).DialContext(t.Context(), "tcp", strings.TrimPrefix(address, "http://"))
	if err != nil {
		t.Errorf("the port takes no connection: %v", err)
		return
	}
	defer c.Close()
	text := []string{
		"\x16\x03\x01", string(noise(2000)), "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "POST /oauth/token HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
		"POST /oauth/token HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", "POST /oauth/token HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
		"GET /" + strings.Repeat("a", 100_000) + " HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n" + strings.Repeat("X: y\r\n", 20_000) + "\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", "GET http://other.example/ HTTP/1.1\r\nHost: a\r\n\r\n", "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
	}[rand.IntN(14)]
	_ = c.SetDeadline(time.Now().Add(200 * time.Millisecond))
	_, _ = io.WriteString(c, text)
	_, _ = io.Copy(io.Discard, c)
}

// readable reads every list of the tenant.
func readable(t *testing.T, address, opened string, operations []operation) bool {
	t.Helper()
	for _, path := range lists(operations) {
		got := send(address, opened, http.MethodGet, strings.Replace(path, "{tenant}", tenant, 1), "")
		if got.status < 200 || got.status >= 500 { // some want a parameter, or say that there is no such thing
			t.Errorf("afterwards %s answers %d %s %v", path, got.status, got.body, got.err)
		}
	}
	return !t.Failed()
}

// lists are the paths of what belongs to a tenant as a whole.
func lists(operations []operation) []string {
	var paths []string
	for _, o := range operations {
		if o.method == http.MethodGet && strings.Count(o.path, "{") == 1 && strings.Contains(o.path, "{tenant}") {
			paths = append(paths, o.path)
		}
	}
	return paths
}

// objects are the ids of what fill created.
type objects struct {
	user  string
	names map[string]string // by the names of paths' variables
}

// fill creates one of each object in a tenant, with the tenant's name in every id
// and text.
func fill(t *testing.T, c *client.Client, name string) objects {
	t.Helper()
	ctx := context.Background()
	text := api.Text{"en": "belongs to " + name}
	id := name + "-one"
	o := objects{names: map[string]string{}}
	for _, variable := range []string{"groupId", "accessControlId", "scopeId", "templateId", "propertyKey", "siteCode", "vendorId", "client"} {
		o.names[variable] = id
	}
	_, err := c.CreateGroup(ctx, api.GroupCreate{ID: id, Name: text, AccessControls: []string{}})
	must(t, err)
	person := wanted("one@" + name + ".example")
	person.GroupIDs, person.Department = []string{id}, text["en"]
	o.user, err = c.CreateUser(ctx, person)
	must(t, err)
	o.names["userId"], o.names["memberId"] = o.user, o.user
	_, err = c.PutScope(ctx, id, api.ScopeUpdate{Description: text})
	must(t, err)
	_, err = c.PutAccessControl(ctx, id, api.AccessControlUpdate{Name: text, Scopes: []string{id}})
	must(t, err)
	_, err = c.PutTemplate(ctx, id, api.TemplateUpdate{Name: text, BasedOn: "viewer", Access: map[string]string{}})
	must(t, err)
	must(t, c.CreateSetting(ctx, api.Setting{Key: id, Value: fmt.Appendf(nil, "%q", text["en"])}))
	_, err = c.CreateVendor(ctx, api.VendorCreate{ID: id, Name: text["en"]})
	must(t, err)
	_, err = c.InviteTeamMember(ctx, api.TeamMemberCreate{Email: "member@" + name + ".example", Role: "admin"})
	must(t, err)
	return o
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
