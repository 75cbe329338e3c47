//go:build unix

package torture_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// bound is the backend's maximum memory under any attack, in MB.
const bound = 256

// soak lets the backend do its daily work under one attack after another, with
// and without a token. Its memory stays within the bound and does not grow over
// time, it never fails, and no daily work is lost.
func soak(t *testing.T, s *stage) {
	stored := 300
	if s.long {
		stored = 10_000
	}
	p := serve(t, s.dsn, "--trusted-proxy", "127.0.0.1", "--allow-private-make")
	var l ledger
	l.prepare(t, connect(t, p.url, client.Options{}))
	l.store(t, p, stored)
	a := &attacker{process: p, token: token(t, p.url, key), evilMake: newEvilMake(t)}
	ctx, stop := context.WithCancel(t.Context())
	watched := watch(ctx, p)
	wait := l.write(ctx, 3, func() *client.Client { return connect(t, p.url, client.Options{}) })
	rounds := 0
	for ; rounds < 1 || s.more(); rounds++ {
		for _, attack := range a.attacks() {
			attack(ctx)
			if !p.alive() || a.failed.Load() > 0 {
				break
			}
		}
	}
	stop()
	wait()
	seen := <-watched
	if a.failed.Load() > 0 {
		t.Errorf("the backend failed: %s", a.first())
	}
	l.check(t, connect(t, p.url, client.Options{}))
	s.say("%d users", stored)
	s.say("%d rounds of %d attacks with %d requests", rounds, len(a.attacks()), a.requests.Load())
	l.say(s)
	s.sayMemory(t, seen)
	if p.signal(syscall.SIGTERM); strings.Contains(p.stderr.String(), "panic") {
		t.Errorf("the log: %s", &p.stderr)
	}
}

// store creates that many users before anything else.
func (l *ledger) store(t *testing.T, p *process, n int) {
	t.Helper()
	c := connect(t, p.url, client.Options{})
	var group sync.WaitGroup
	for writer := range 16 {
		group.Go(func() {
			for i := writer; i < n; i += 16 {
				e := &entry{email: fmt.Sprintf("stored%d@acme.example", i)}
				id, err := c.CreateUser(t.Context(), wanted(e.email))
				if err != nil {
					t.Errorf("storing users: %v", err)
					return
				}
				e.id, e.sure = id, state{there: true, lastName: "First"}
				l.giveBack(e)
			}
		})
	}
	group.Wait()
}

// watch measures the memory of a process until ctx ends, in MB.
func watch(ctx context.Context, p *process) <-chan []int {
	seen := make(chan []int, 1)
	go func() {
		var all []int
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				all = append(all, p.memory())
			case <-ctx.Done():
				seen <- all
				return
			}
		}
	}()
	return seen
}

// sayMemory checks the measured memory: its maximum, and in a long trial the last
// third against the second.
func (s *stage) sayMemory(t *testing.T, seen []int) {
	t.Helper()
	if len(seen) == 0 || slices.Max(seen) == 0 {
		s.say("memory not known")
		return
	}
	s.say("at most %d MB", slices.Max(seen))
	if slices.Max(seen) > bound {
		t.Errorf("the backend took %d MB of memory, %d are its bound", slices.Max(seen), bound)
	}
	if !s.long {
		return
	}
	third := len(seen) / 3
	second, last := median(seen[third:2*third]), median(seen[2*third:])
	s.say("usually %d MB, then %d MB", second, last)
	if last > second*3/2 {
		t.Errorf("the memory grows: usually %d MB, then %d MB", second, last)
	}
}

func median(values []int) int {
	values = slices.Sorted(slices.Values(values))
	return values[len(values)/2]
}

// attacker attacks a process.
type attacker struct {
	*process

	token            string
	evilMake         string // its address
	requests, failed atomic.Int64
	mu               sync.Mutex
	what             string // the first failure
}

func (a *attacker) attacks() []func(context.Context) {
	large := `{"accessControls":[],"name":{"en":"x"},"x":[` + strings.Repeat(`"`+strings.Repeat("y", 4000)+`",`, 2400) + `1]}`
	users := "/iam/" + tenant + "/users"
	return []func(context.Context){
		a.slowBodies,
		a.idleConnections,
		a.wrongSecrets,
		a.crowd(64, http.MethodPut, "/iam/"+tenant+"/groups/large", large),
		a.crowd(64, http.MethodGet, users+"?pageSize=10000", ""),
		a.crowd(8, http.MethodGet, "/iam/"+tenant+"/report", ""),
		a.crowd(16, http.MethodGet, "/iam/"+tenant+"/audit-events?limit=1000", ""),
		a.crowd(32, http.MethodGet, users+"?q="+url.QueryEscape("lastName:~("+strings.Repeat("a*", 200)+"b)"), ""),
		a.slowReaders,
		a.syncWithEvil,
		a.crowd(200, http.MethodGet, "/iam/"+tenant+"/groups?pageSize=5", ""),
	}
}

// note counts a response. A rejection is a response; a failure is not.
func (a *attacker) note(path string, got answer) {
	a.requests.Add(1)
	if got.status >= 500 || got.err != nil && !a.alive() {
		a.failed.Add(1)
		a.mu.Lock()
		defer a.mu.Unlock()
		if a.what == "" {
			a.what = fmt.Sprintf("%.100s: %d %.300s %v", path, got.status, got.body, got.err)
		}
	}
}

func (a *attacker) first() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.what
}

// crowd sends one request from many concurrent callers.
func (a *attacker) crowd(callers int, method, path, body string) func(context.Context) {
	return func(context.Context) {
		a.each(callers, func() { a.note(path, send(a.url, a.token, method, path, body)) })
	}
}

func (a *attacker) each(callers int, call func()) {
	var group sync.WaitGroup
	for range callers {
		group.Go(call)
	}
	group.Wait()
}

// wrongSecrets guesses, from some other address.
func (a *attacker) wrongSecrets(ctx context.Context) {
	from := fmt.Sprint("203.0.113.", rand.IntN(256))
	a.each(100, func() {
		guess := url.Values{"grant_type": {"client_credentials"}, "client_id": {fmt.Sprint("key", rand.IntN(1000))}, "client_secret": {"wrong"}}
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, a.url+api.PathToken, strings.NewReader(guess.Encode()))
		if err != nil {
			panic(err) // the address is good
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("X-Forwarded-For", from)
		a.note(api.PathToken, do(http.DefaultClient, r))
	})
}

// connections opens many connections, writes to each, holds them for a while, and
// checks whether others get a response in the meantime.
func (a *attacker) connections(ctx context.Context, n int, text string, each func(c net.Conn)) {
	var held []net.Conn
	for range n {
		c, err := (&net.Dialer{Timeout: patient}).DialContext(ctx, "tcp", strings.TrimPrefix(a.url, "http://"))
		if err != nil {
			break // it takes no more
		}
		held = append(held, c)
		_, _ = io.WriteString(c, text)
	}
	for range 10 {
		for _, c := range held {
			each(c)
		}
		a.note("/healthz meanwhile", must200(send(a.url, "", http.MethodGet, api.PathHealth, "")))
		a.note("a read meanwhile", send(a.url, a.token, http.MethodGet, "/iam/"+tenant+"/groups?pageSize=1", ""))
	}
	for _, c := range held {
		_ = c.Close()
	}
}

// must200 fails for any other status.
func must200(got answer) answer {
	if got.status != http.StatusOK {
		got.status = http.StatusInternalServerError
	}
	return got
}

// slowBodies sends bodies one byte at a time, with and without a token.
func (a *attacker) slowBodies(ctx context.Context) {
	for _, header := range []string{"", "Authorization: Bearer " + a.token + "\r\n"} {
		text := "PUT /iam/" + tenant + "/groups/slow HTTP/1.1\r\nHost: backend\r\n" + header + "Content-Length: 9000000\r\n\r\n{"
		a.connections(ctx, 300, text, func(c net.Conn) { _, _ = io.WriteString(c, " ") })
	}
}

// idleConnections opens more connections than the backend accepts.
func (a *attacker) idleConnections(ctx context.Context) {
	a.connections(ctx, 1500, "GET /", func(net.Conn) {})
}

// slowReaders request much data and read little of it.
func (a *attacker) slowReaders(ctx context.Context) {
	text := "GET /iam/" + tenant + "/users?pageSize=10000 HTTP/1.1\r\nHost: backend\r\nAuthorization: Bearer " + a.token + "\r\n\r\n"
	a.connections(ctx, 48, text, func(c net.Conn) {
		_ = c.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
		_, _ = io.CopyN(io.Discard, c, 512)
	})
}

// newEvilMake starts a Make service with endless lists and large rows, and
// returns its address.
func newEvilMake(t *testing.T) string {
	t.Helper()
	users, roles := make([]any, 1000), make([]any, 1000)
	for i := range users {
		users[i] = map[string]any{"id": i, "email": strings.Repeat("x", 15_000), "name": "x"}
		roles[i] = map[string]any{"usersRoleId": 1, "userId": i, "organizationId": 1, "invitation": strings.Repeat("x", 15_000)}
	}
	page, err := json.Marshal(map[string]any{"users": users, "userOrganizationRoles": roles, "organizationRoles": roles})
	must(t, err)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(page)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// syncWithEvil runs the sync with it.
func (a *attacker) syncWithEvil(context.Context) {
	path := strings.Replace(api.PathMakeOrganization, "{tenant}", tenant, 1)
	got := send(a.url, a.token, http.MethodPut, path, fmt.Sprintf(`{"organizationId":"1","sync":true,"apiUrl":%q,"apiKey":"key"}`, a.evilMake))
	a.note("PUT "+path, got)
	person := strings.Replace(`{"firstName":"A","lastName":"B","contactEmail":"make@acme.example","department":"","preferredSite":"main","preferredCurrency":"EUR","preferredLanguage":"en","groupIds":["oe-admin"]}`, "make", fmt.Sprint("make", a.requests.Load()), 1)
	var made api.Created
	if got = send(a.url, a.token, http.MethodPost, "/iam/"+tenant+"/users", person); json.Unmarshal(got.body, &made) != nil || made.ID == "" {
		got.status = http.StatusInternalServerError
	}
	a.note("the user for Make", got)
	for range 10 {
		a.note("the sync", send(a.url, a.token, http.MethodPost, strings.Replace(api.PathMakeSync, "{tenant}", tenant, 1), "{}"))
		pause(100, 200)
	}
	a.note("DELETE "+path, send(a.url, a.token, http.MethodDelete, path, ""))
	a.note("the user again", send(a.url, a.token, http.MethodDelete, "/iam/"+tenant+"/users/"+made.ID, ""))
}
