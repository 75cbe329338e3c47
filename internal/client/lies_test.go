package client_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// proxy stands before the real backend. What it answers to writes was recorded
// when the call was made once in truth: the backend stays as it is, whatever is
// asked of it.
type proxy struct {
	backend   http.Handler
	elsewhere string // where redirects lead
	recorded  *sync.Map
	recording bool

	lie   lie
	asked atomic.Int32
	told  atomic.Bool

	mu    sync.Mutex
	first string // the Authorization that came first
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.asked.Add(1)
	body, _ := io.ReadAll(r.Body) // or the end of the request is not seen
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	p.firstToken(r)
	if p.recording {
		p.truth(r).write(w)
		return
	}
	if p.lie.tell(w, r, p) {
		p.told.Store(true)
	}
}

// firstToken returns the Authorization of the first request that had one.
func (p *proxy) firstToken(r *http.Request) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.first == "" {
		p.first = r.Header.Get("Authorization")
	}
	return p.first
}

// truth is what the backend answers.
func (p *proxy) truth(r *http.Request) answered {
	at := r.Method + " " + r.URL.RequestURI()
	if r.Header.Get("If-None-Match") != "" || strings.HasPrefix(r.URL.Path, "/oauth/") {
		at = "" // another answer each time
	}
	if a, ok := p.recorded.Load(at); ok && at != "" && !p.recording {
		return a.(answered)
	}
	if !p.recording && r.Method != http.MethodGet && at != "" {
		return answered{status: http.StatusTeapot} // it was never really created
	}
	r.Header.Del("Accept-Encoding")
	w := httptest.NewRecorder()
	p.backend.ServeHTTP(w, r)
	a := answered{w.Code, w.Header(), w.Body.Bytes()}
	if at != "" && (r.Method != http.MethodGet || !p.recording) { // a read may be followed by a write
		p.recorded.Store(at, a)
	}
	return a
}

// client returns a client that talks to the proxy.
func (p *proxy) client(t *testing.T, o client.Options) *client.Client {
	t.Helper()
	s := httptest.NewServer(p)
	t.Cleanup(s.Close)
	o.BaseURL, o.Tenant, o.ClientID, o.ClientSecret = s.URL, servertest.Tenant, servertest.ClientID, servertest.ClientSecret
	c, err := client.New(o)
	if err != nil {
		t.Fatal(err)
	}
	c.Bound(1<<20, 15, 400)
	return c
}

// Pages of 60 rows: some lists have more than three, and most have one.
const liedPage = 60

type result struct {
	value    any
	requests int32
}

// A server that lies, in whatever way, ends every call in its bounds. It gives
// the truth, or an error that names the request and shows nothing raw.
func TestLies(t *testing.T) {
	t.Parallel()
	b := servertest.New(t, servertest.Options{NoFaults: true, NoContract: true})
	o := prepare(t, b)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("a redirect was followed to %s", r.RequestURI)
	}))
	t.Cleanup(elsewhere.Close)
	recorded := new(sync.Map)
	calls := map[string]func(ctx context.Context, c *client.Client, o objects) (any, error){}
	truths := map[string]result{}
	made := func(name string) {
		t.Helper()
		p := &proxy{backend: b.Server, recorded: recorded, recording: true}
		value, err := calls[name](t.Context(), p.client(t, client.Options{PageSize: liedPage}), o)
		if err != nil {
			t.Errorf("%s in truth: %v", name, err)
		}
		truths[name] = result{value, p.asked.Load()}
	}
	for _, m := range liedTo {
		calls[m.name] = m.call
		made(m.name)
	}
	for name, list := range everyList {
		calls[name] = func(ctx context.Context, c *client.Client, _ objects) (any, error) { return list(ctx, c) }
		made(name)
	}
	o.vendorGroups = func(string) {}
	for _, l := range lies {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			var told atomic.Bool
			var all sync.WaitGroup
			for name, call := range calls {
				p := &proxy{backend: b.Server, recorded: recorded, elsewhere: elsewhere.URL, lie: l}
				check := func() {
					if p.check(t, name, truths[name], func(ctx context.Context, c *client.Client) (any, error) { return call(ctx, c, o) }) {
						told.Store(true)
					}
				}
				if l.hurry { // which waits most of the time
					all.Go(check)
				} else {
					check()
				}
			}
			all.Wait()
			if !told.Load() {
				t.Error("the lie reached nobody")
			}
		})
	}
}

// check makes one call that is lied to, and reports whether it was.
func (p *proxy) check(t *testing.T, name string, honest result, call func(context.Context, *client.Client) (any, error)) (told bool) {
	t.Helper()
	options := client.Options{MaxRetries: new(0)}
	if p.lie.hurry {
		options = hurried
	}
	options.PageSize = liedPage
	ctx, cancel := client.WithTimeout(t.Context(), time.Minute) // never used up: what waits, waits for a second at most
	defer cancel()
	got, err := call(ctx, p.client(t, options))
	if most := 3*honest.requests + 40; p.asked.Load() > most {
		t.Errorf("%s: %d requests, want %d at most", name, p.asked.Load(), most)
	}
	if err != nil {
		checkError(t, name, err)
	} else if !reflect.DeepEqual(got, honest.value) && !slices.Contains(p.lie.unseen, name) {
		t.Errorf("%s: got %+v, want %+v or an error", name, got, honest.value)
	}
	want := p.lie.ends
	if writes[name] {
		want = p.lie.writes
	}
	switch {
	case !p.told.Load() && err != nil && !p.lie.hurry: // the truth may also come too late
		t.Errorf("%s: error %v, and nobody lied", name, err)
	case want == truth && err != nil:
		t.Errorf("%s: error %v, want the truth", name, err)
	case want == failure && err == nil && p.told.Load() && !slices.Contains(append(lookElsewhere, p.lie.unseen...), name):
		t.Errorf("%s: no error, want one", name)
	}
	return p.told.Load()
}

var (
	request = regexp.MustCompile(`(GET|PUT|POST|PATCH|DELETE) /|/oauth/token`)
	writes  = writingMethods()
	// lookElsewhere read single objects where a list is not to be had, or take a
	// refusal for their answer.
	lookElsewhere = []string{"CanLock", "ReadGroup", "ReadMembership", "ReadTeamMember", "ReadUser"}
)

// writingMethods are those before the first that only reads.
func writingMethods() map[string]bool {
	names := map[string]bool{}
	for _, m := range liedTo {
		if m.name == "WaitForMakeMembers" {
			break
		}
		names[m.name] = true
	}
	return names
}

func checkError(t *testing.T, name string, err error) {
	t.Helper()
	text := err.Error()
	if !request.MatchString(text) {
		t.Errorf("%s: error %q names no request", name, text)
	}
	if strings.ContainsFunc(text, access.Hidden) || len(text) > 12_000 {
		t.Errorf("%s: error of %d bytes is not for people: %.1000q", name, len(text), text)
	}
	if gone := (*client.NotFoundError)(nil); errors.As(err, &gone) {
		t.Errorf("%s: %v, which exists", name, err)
	}
}

// No method may be left out of what is lied to.
func TestLies_everyMethod(t *testing.T) {
	t.Parallel()
	methods := reflect.TypeFor[*client.Client]()
	known := slices.Clone(asksNobody)
	for _, m := range liedTo {
		known = append(known, m.name)
	}
	for name := range everyList {
		known = append(known, name)
	}
	slices.Sort(known)
	for i, name := range known {
		if _, ok := methods.MethodByName(name); !ok || i > 0 && known[i-1] == name {
			t.Errorf("%s is no method, or is listed twice", name)
		}
	}
	for i := range methods.NumMethod() {
		if name := methods.Method(i).Name; !slices.Contains(known, name) && name != "Bound" {
			t.Errorf("%s is lied to by nobody: add it to liedTo, to everyList, or to asksNobody when it makes no request", name)
		}
	}
}
