package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/server/gate"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// A caller that guesses a client's secret is slowed down, and no one else: not other
// clients at that address, and not that client elsewhere.
func TestToken_brake(t *testing.T) {
	t.Parallel()
	filled := newBackend(t)
	proxies, err := gate.ParseProxies([]string{"127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	b := over(t, filled, server.Options{Store: filled.store, Proxies: proxies, Now: newClock().Now})
	from := func(address string, e exchange) exchange {
		e.header = map[string]string{"Content-Type": e.header["Content-Type"], "Authorization": "", "X-Forwarded-For": address}
		return e
	}
	wrong := tokenRequest("", servertest.ClientID, "wrong", "")
	wrong.status = 401
	for range 10 {
		if got := b.send(t, from("203.0.113.7", wrong)); got.status != 401 {
			t.Fatalf("a wrong secret: got %d %s", got.status, got.body)
		}
	}
	right := tokenRequest("", servertest.ClientID, servertest.ClientSecret, "")
	got := b.send(t, from("203.0.113.7", right))
	if got.status != 429 || got.header.Get("Retry-After") != "10" || !strings.Contains(string(got.body), "too many wrong client secrets") {
		t.Errorf("there: got %d, retry after %q: %s", got.status, got.header.Get("Retry-After"), got.body)
	}
	if got := b.send(t, from("203.0.113.8", right)); got.status != 200 {
		t.Errorf("elsewhere: got %d %s", got.status, got.body)
	}
	if err := b.server.EnsureClient(t.Context(), servertest.Tenant, "other", "other-secret"); err != nil {
		t.Fatal(err)
	}
	if got := b.send(t, from("203.0.113.7", tokenRequest("", "other", "other-secret", ""))); got.status != 200 {
		t.Errorf("another client: got %d %s", got.status, got.body)
	}
}

// Without a token nobody makes the backend read much.
func TestAdmit_withoutToken(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	large := "grant_type=client_credentials&client_id=" + strings.Repeat("x", 8<<10)
	b.check(t, exchange{method: "POST", path: api.PathToken, header: formHeader, body: large, status: 413, want: `{"message": "The body is larger than 8 KB"}`})
	b.check(t, exchange{method: "PUT", path: "~/groups/g", header: map[string]string{"Authorization": ""}, body: strings.Repeat("x", 1<<20), status: 401, want: `{}`})
}

// A body that does not come takes no place from others, with a token or without.
func TestAdmit_slowBody(t *testing.T) {
	t.Parallel()
	filled := newBackend(t)
	b := over(t, filled, server.Options{Store: filled.store, Requests: 1, Now: newClock().Now})
	address, err := url.Parse(b.url)
	if err != nil {
		t.Fatal(err)
	}
	for _, request := range []string{
		"POST /oauth/token HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n",
		"PUT /iam/acme/groups/g HTTP/1.1\r\nContent-Type: application/json\r\nAuthorization: Bearer " + b.token + "\r\n",
	} {
		for range 3 {
			c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address.Host)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if _, err := fmt.Fprintf(c, "%sHost: backend\r\nContent-Length: 4000\r\n\r\n{", request); err != nil {
				t.Fatal(err)
			}
		}
	}
	for range 3 {
		if got := b.send(t, exchange{path: "~/groups"}); got.status != 200 {
			t.Errorf("got %d %s", got.status, got.body)
		}
	}
}

// A body that does not come ends with its connection: one that is read, and one
// that nobody reads, as without a token or a path.
func TestAdmit_bodyTime(t *testing.T) {
	t.Parallel()
	filled := newBackend(t)
	o := server.Options{Store: filled.store, Now: newClock().Now}
	o.BodyWithin(100 * time.Millisecond)
	b := over(t, filled, o)
	address, err := url.Parse(b.url)
	if err != nil {
		t.Fatal(err)
	}
	for request, want := range map[string]string{
		"POST /oauth/token HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n": "408 Request Timeout",
		"PUT /iam/acme/groups/g HTTP/1.1\r\nAuthorization: Bearer " + b.token + "\r\n":      "408 Request Timeout",
		"PUT /iam/acme/groups/g HTTP/1.1\r\n":                                               "401 Unauthorized",
		"PUT /nothing HTTP/1.1\r\n":                                                         "404 Not Found",
		"PATCH /iam/acme/users HTTP/1.1\r\nAuthorization: Bearer " + b.token + "\r\n":       "405 Method Not Allowed",
		"GET /iam/acme/groups HTTP/1.1\r\nAuthorization: Bearer " + b.token + "\r\n":        "408 Request Timeout",
	} {
		c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address.Host)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := fmt.Fprintf(c, "%sHost: backend\r\nContent-Length: 4000\r\n\r\n{", request); err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(c) // to the end of the connection
		if err != nil || !strings.HasPrefix(string(text), "HTTP/1.1 "+want) {
			t.Errorf("%.40q: got %.80q, %v", request, text, err)
		}
	}
}

// slowStore holds the lists of groups until a test releases them.
type slowStore struct {
	store.Store

	once        sync.Once
	began, goOn chan struct{}
}

func (s *slowStore) Groups(ctx context.Context, tenant string) ([]store.Group, error) {
	s.once.Do(func() { close(s.began) })
	<-s.goOn
	return s.Store.Groups(ctx, tenant)
}

// A request without a place is asked to retry, and nothing was done.
func TestAdmit_busy(t *testing.T) {
	t.Parallel()
	filled := newBackend(t)
	slow := &slowStore{Store: filled.store, began: make(chan struct{}), goOn: make(chan struct{})}
	b := over(t, filled, server.Options{Store: slow, Requests: 1, Now: newClock().Now})
	first := make(chan answer)
	go func() { first <- b.send(t, exchange{path: "~/groups"}) }()
	<-slow.began
	got := b.send(t, exchange{method: "PUT", path: "~/groups/g", body: `{"name": {"en": "x"}}`})
	if got.status != 429 || got.header.Get("Retry-After") != "1" || !strings.Contains(string(got.body), "nothing was changed") {
		t.Errorf("got %d, retry after %q: %s", got.status, got.header.Get("Retry-After"), got.body)
	}
	for _, path := range []string{"~/users", "/configuration/acme/configurations", "/site/acme/sites", "/vendor/acme/vendors"} {
		if got := b.send(t, exchange{path: path}); got.status != 429 { // each in the form of its service
			t.Errorf("%s: got %d %s", path, got.status, got.body)
		}
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		if got := b.send(t, exchange{path: path}); got.status != 200 {
			t.Errorf("%s of a busy backend: got %d %s", path, got.status, got.body)
		}
	}
	close(slow.goOn)
	if got := <-first; got.status != 200 {
		t.Errorf("the first: got %d %s", got.status, got.body)
	}
	if got := b.send(t, exchange{path: "~/groups/g"}); got.status != 404 {
		t.Errorf("the refused group: got %d %s", got.status, got.body)
	}
}

// A page whose rows are too much for one answer says what to do.
func TestList_tooLarge(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	mixins := `{"a": "` + strings.Repeat("x", 1<<20) + `"}` // more than the API takes
	err := b.store.InTx(t.Context(), store.AllTenants, func(tx store.Tx) error {
		for i := range 33 {
			g := store.Group{Tenant: servertest.Tenant, ID: fmt.Sprint("large", i), Name: map[string]string{"en": "x"}, UserType: "EMPLOYEE", Mixins: mixins, CreatedAt: time.Unix(1, 0), ModifiedAt: time.Unix(1, 0)}
			if err := tx.CreateGroup(t.Context(), g); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	b.check(t, exchange{path: "~/groups?pageSize=100", status: 400, want: `{"message": "The page would be larger than 32 MB: ask for fewer rows with pageSize"}`})
	if got := b.send(t, exchange{path: "~/groups?pageSize=10"}); got.status != 200 {
		t.Errorf("got %d", got.status)
	}
}

// The event of a large record shows it without its long members, but so that a
// change of them can be seen.
func TestAudit_largeRecords(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	mixins := func(letter string) string {
		return `{"name": {"en": "Large"}, "mixins": {"a": "` + strings.Repeat(letter, 20_000) + `"}}`
	}
	b.play(t,
		exchange{method: "PUT", path: "~/groups/large", body: mixins("x"), status: 201, want: `{"id": "large"}`},
		exchange{method: "PUT", path: "~/groups/large", body: mixins("y"), status: 204},
	)
	events := read[[]struct {
		Before, After struct {
			Name   map[string]string
			Mixins struct {
				Cut    bool
				Bytes  int
				SHA256 string
			}
		}
	}](t, b, "~/audit-events?object=large")
	if len(events) != 2 {
		t.Fatalf("got %d events", len(events))
	}
	before, after := events[0].Before, events[0].After
	for _, state := range []any{before.Mixins, after.Mixins} {
		if text, _ := json.Marshal(state); !strings.Contains(string(text), `"Cut":true,"Bytes":20008`) {
			t.Errorf("got %s", text)
		}
	}
	if before.Mixins.SHA256 == after.Mixins.SHA256 || len(after.Mixins.SHA256) != 64 || after.Name["en"] != "Large" || after.Name["en"] != before.Name["en"] {
		t.Errorf("before %+v, after %+v", before, after)
	}
}

// A request that makes many items keeps others waiting only for so long.
func TestSetting_many(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	items := func(n int) string {
		var all []map[string]any
		for i := range n {
			all = append(all, map[string]any{"key": fmt.Sprint("k", i), "value": i})
		}
		text, _ := json.Marshal(all)
		return string(text)
	}
	if got := b.send(t, exchange{method: "POST", path: settings, body: items(201)}); got.status != 400 || !strings.Contains(string(got.body), "send at most 200 at a time") {
		t.Errorf("201 items: got %d %s", got.status, got.body)
	}
	if got := b.send(t, exchange{method: "POST", path: settings, body: items(200)}); got.status != 201 {
		t.Errorf("200 items: got %d %s", got.status, got.body)
	}
}
