//go:build unix

package torture_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// liar is a proxy in front of the backend that falsifies some responses.
type liar struct {
	backend   string
	elsewhere string
	told      atomic.Int64
	mu        sync.Mutex
	pages     map[string][]answer // true ones, by path
}

// lies lets a proxy falsify responses to the client at random. Each call returns
// the truth or an error in time, and no token is sent elsewhere.
func lies(t *testing.T, s *stage) {
	p := serve(t, s.dsn)
	truthful := connect(t, p.url, client.Options{PageSize: 7})
	o := fill(t, truthful, tenant)
	fill(t, truthful, "other")
	for i := range 40 {
		person := wanted(fmt.Sprintf("more%d@acme.example", i))
		person.GroupIDs = []string{o.names["groupId"]}
		_, err := truthful.CreateUser(t.Context(), person)
		must(t, err)
	}
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("a redirect was followed to %s, with a token: %t", r.RequestURI, r.Header.Get("Authorization") != "")
	}))
	t.Cleanup(elsewhere.Close)
	l := &liar{backend: p.url, elsewhere: elsewhere.URL, pages: map[string][]answer{}}
	front := httptest.NewServer(l)
	t.Cleanup(front.Close)
	calls := readCalls(o)
	truths := make([]any, len(calls))
	for i, call := range calls {
		value, err := call(t.Context(), truthful)
		must(t, err)
		truths[i] = value
	}
	made, failed := 0, 0
	for rounds := 0; rounds < 2 || s.more(); rounds++ {
		c := connect(t, front.URL, client.Options{PageSize: 7, MaxRetries: new(1), RequestTimeout: time.Second, TotalTimeout: 3 * time.Second})
		var group sync.WaitGroup
		ends := make([]error, len(calls))
		for i, call := range calls {
			group.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), patient)
				defer cancel()
				value, err := call(ctx, c)
				if ends[i] = err; ctx.Err() != nil {
					t.Errorf("call %d did not end: %v", i, err)
				} else if err == nil && !reflect.DeepEqual(value, truths[i]) {
					t.Errorf("call %d believed a lie: %.300s", i, difference(value, truths[i]))
				}
			})
		}
		group.Wait()
		made += len(calls)
		for _, err := range ends {
			if err != nil {
				failed++
			}
		}
		if t.Failed() {
			break
		}
	}
	s.say("%d calls", made)
	s.say("%d lies", l.told.Load())
	s.say("%d errors", failed)
	s.say("believed 0") // or it has failed
}

func difference(got, want any) string {
	a, _ := json.Marshal(got)
	b, _ := json.Marshal(want)
	at := 0
	for at < min(len(a), len(b)) && a[at] == b[at] {
		at++
	}
	at = max(0, at-60)
	return fmt.Sprintf("got …%.120s, want …%.120s", a[min(at, len(a)):], b[min(at, len(b)):])
}

// readCalls read everything.
func readCalls(o objects) []func(context.Context, *client.Client) (any, error) {
	type call = func(context.Context, *client.Client) (any, error)
	id := o.names["groupId"]
	return []call{
		func(ctx context.Context, c *client.Client) (any, error) { return c.Users(ctx) },
		func(ctx context.Context, c *client.Client) (any, error) { return c.User(ctx, o.user) },
		func(ctx context.Context, c *client.Client) (any, error) { return c.Groups(ctx) },
		func(ctx context.Context, c *client.Client) (any, error) { return c.Group(ctx, id) },
		func(ctx context.Context, c *client.Client) (any, error) { return c.Members(ctx, id) },
		func(ctx context.Context, c *client.Client) (any, error) { return c.AccessControls(ctx) },
		func(ctx context.Context, c *client.Client) (any, error) { return c.AccessControl(ctx, id) },
		func(ctx context.Context, c *client.Client) (any, error) { return c.Templates(ctx) },
		func(ctx context.Context, c *client.Client) (any, error) { return c.Scope(ctx, id) },
		func(ctx context.Context, c *client.Client) (any, error) { return c.Vendors(ctx) },
		func(ctx context.Context, c *client.Client) (any, error) { return c.Vendor(ctx, id) },
		func(ctx context.Context, c *client.Client) (any, error) { return c.TeamMembers(ctx) },
		func(ctx context.Context, c *client.Client) (any, error) { return c.Invitations(ctx) },
		func(ctx context.Context, c *client.Client) (any, error) { return c.UserScopes(ctx, o.user) },
	}
}

// ServeHTTP returns the true response, or, for one request in three, a false one.
func (l *liar) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	out, err := http.NewRequestWithContext(r.Context(), r.Method, l.backend+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		panic(err) // it came as a request
	}
	out.Header = r.Header.Clone()
	out.Header.Del("Accept-Encoding")
	got := do(http.DefaultClient, out)
	if got.err != nil {
		return // the caller has left
	}
	if r.URL.Path == api.PathToken || rand.IntN(3) > 0 {
		l.note(r, got)
		got.write(w)
		return
	}
	l.told.Add(1)
	l.lie(w, r, got)
}

func (a answer) write(w http.ResponseWriter) {
	for name, values := range a.header {
		if name != "Content-Length" {
			w.Header()[name] = values
		}
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
}

func (l *liar) note(r *http.Request, a answer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if kept := l.pages[r.URL.Path]; len(kept) < 20 {
		l.pages[r.URL.Path] = append(kept, a)
	}
}

// lie responds in one of many wrong ways.
func (l *liar) lie(w http.ResponseWriter, r *http.Request, a answer) {
	switch rand.IntN(12) {
	case 0: // cut
		a.body = a.body[:rand.IntN(len(a.body)+1)/2]
	case 1: // and the connection with it
		w.Header().Set("Content-Length", fmt.Sprint(len(a.body)+10))
	case 2:
		a.header.Set("Content-Type", "text/html")
		a.status, a.body = []int{200, 502, 403}[rand.IntN(3)], []byte("<html><body>\x1b[2J Please log in</body></html>")
	case 3:
		a.status = []int{401, 403, 404, 500, 503, 204, 201, 304, 999}[rand.IntN(9)]
	case 4:
		for _, name := range []string{api.HeaderTotalCount, api.HeaderSiteCount} {
			if a.header.Get(name) != "" {
				a.header.Set(name, []string{"1000000000000", "-1", "1", "many", "9", ""}[rand.IntN(6)])
			}
		}
	case 5:
		a = l.another(r, a)
	case 6:
		a.body = tampered(a.body)
	case 7:
		a.body = bytes.ReplaceAll(a.body, []byte("{"), []byte(`{"id":"doubled","id":"twice",`))
	case 8:
		l.slow(w, r, a)
		return
	case 9:
		a.header.Set("Location", l.elsewhere+r.URL.RequestURI())
		a.status = []int{301, 302, 307, 308}[rand.IntN(4)]
	case 10:
		a.header.Set("Retry-After", []string{"1000000000", "tomorrow", "-5", "120"}[rand.IntN(4)])
		a.status = []int{429, 503}[rand.IntN(2)]
	case 11:
		a.header.Set("Content-Encoding", "gzip")
		a.body = bomb()
	}
	a.write(w)
}

// another returns the response to another request of the same path: another page.
func (l *liar) another(r *http.Request, a answer) answer {
	l.mu.Lock()
	defer l.mu.Unlock()
	if kept := l.pages[r.URL.Path]; len(kept) > 0 {
		return kept[rand.IntN(len(kept))]
	}
	return a
}

// slow sends the response one byte at a time.
func (l *liar) slow(w http.ResponseWriter, r *http.Request, a answer) {
	w.WriteHeader(a.status)
	for i := range a.body {
		if _, err := w.Write(a.body[i : i+1]); err != nil {
			return
		}
		_ = http.NewResponseController(w).Flush()
		select {
		case <-r.Context().Done():
			return
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// tampered returns JSON with a value of another type somewhere.
func tampered(text []byte) []byte {
	var document any
	if json.Unmarshal(text, &document) != nil {
		return text
	}
	changed, err := json.Marshal(change(document, 4))
	if err != nil {
		return text
	}
	return changed
}

func change(node any, depth int) any {
	switch node := node.(type) {
	case []any:
		if len(node) > 0 && rand.IntN(depth+1) > 0 {
			i := rand.IntN(len(node))
			node[i] = change(node[i], depth-1)
			return node
		}
		return map[string]any{"a": "list"}
	case map[string]any:
		if len(node) > 0 && rand.IntN(depth+1) > 0 {
			for name, value := range node { // any one
				node[name] = change(value, depth-1)
				break
			}
			return node
		}
		return []any{"an object"}
	case string:
		return 17
	case float64:
		return "a number"
	case bool:
		return []any{"true"}
	}
	return map[string]any{"null": nil}
}

// bomb is 200 MB of spaces, compressed.
var bomb = sync.OnceValue(func() []byte {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	for range 200 {
		_, _ = w.Write(bytes.Repeat([]byte(" "), 1<<20))
	}
	_ = w.Close()
	return packed.Bytes()
})
