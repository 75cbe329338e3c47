package client

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

// cut answers with some bytes, perhaps none, and breaks the connection.
func cut(start string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		conn, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			_, _ = io.WriteString(conn, start)
			_ = conn.Close()
		}
	}
}

var errRefused = errors.New("connection refused")

// unreachable is a transport whose connections fail as if no one listened.
func unreachable(o *Options) {
	o.Transport = &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, errRefused
	}}
}

// failures are the ways in which a try fails, each with who tries again then.
var failures = map[string]struct {
	handler    http.HandlerFunc
	option     func(*Options)
	safe       bool // GET, PUT, DELETE and repeatable POST try again
	post       bool // so does any other POST
	uncertain  bool // a POST may have taken effect
	statusCode int
}{
	"400":                 {answer(400, ""), nil, false, false, false, 400},
	"500":                 {answer(500, ""), nil, false, false, false, 500},
	"429":                 {answer(429, ""), nil, true, true, false, 429},
	"502":                 {answer(502, ""), nil, true, false, true, 502},
	"503":                 {answer(503, ""), nil, true, false, true, 503},
	"504":                 {answer(504, ""), nil, true, false, true, 504},
	"not reachable":       {nil, unreachable, true, true, false, 0},
	"cut before answer":   {cut(""), nil, true, false, true, 0},
	"cut in the header":   {cut("HTTP/1.1 201 Cre"), nil, true, false, true, 0},
	"cut in the body":     {cut("HTTP/1.1 201 Created\r\nContent-Length: 99\r\n\r\n{\"id\""), nil, true, false, true, 0},
	"transport of no net": {nil, func(o *Options) { o.Transport = roundTrip(refuse) }, true, false, true, 0},
}

func refuse(*http.Request) (*http.Response, error) { return nil, errRefused }

func TestRetry(t *testing.T) {
	t.Parallel()
	requests := map[string]call{
		"GET":             {method: http.MethodGet},
		"PUT":             {method: http.MethodPut, body: 1},
		"DELETE":          {method: http.MethodDelete},
		"POST":            {method: http.MethodPost, body: 1},
		"repeatable POST": {method: http.MethodPost, body: 1, again: true},
	}
	for failure, test := range failures {
		for request, call := range requests {
			t.Run(failure+" "+request, func(t *testing.T) {
				t.Parallel()
				c := newTestClient(t, test.handler, func(o *Options) {
					o.MaxRetries = new(2)
					if test.option != nil {
						test.option(o)
					}
				})
				call.path = "/x"
				_, err := c.do(t.Context(), call)
				wantTries := 1
				if test.post || test.safe && request != "POST" {
					wantTries = 3
				}
				tries, status := triesOf(t, err)
				if tries != wantTries || status != test.statusCode {
					t.Errorf("%d tries and status %d, want %d and %d: %v", tries, status, wantTries, test.statusCode, err)
				}
				wantUncertain := test.uncertain && strings.HasSuffix(request, "POST")
				if IsUncertain(err) != wantUncertain {
					t.Errorf("uncertain is %t, want %t: %v", !wantUncertain, wantUncertain, err)
				}
			})
		}
	}
}

func triesOf(t *testing.T, err error) (tries, status int) {
	t.Helper()
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Attempts, e.StatusCode
	}
	if e, ok := errors.AsType[*RequestError](err); ok {
		return e.Attempts, 0
	}
	t.Fatalf("error %v (%T)", err, err)
	return 0, 0
}

// TestRetry_create counts at the server, since inviting twice is what must
// never happen.
func TestRetry_create(t *testing.T) {
	t.Parallel()
	user := func(c *Client) error { _, err := c.CreateUser(t.Context(), api.UserCreate{}); return err }
	group := func(id string) func(*Client) error {
		return func(c *Client) error { _, err := c.CreateGroup(t.Context(), api.GroupCreate{ID: id}); return err }
	}
	tests := map[string]struct {
		create func(*Client) error
		want   int32
	}{
		"user":                  {user, 1},
		"group":                 {group(""), 1},
		"group with a given id": {group("g1"), 5},
	}
	for name, test := range tests {
		for _, failure := range []string{"502", "504", "cut before answer", "cut in the body"} {
			t.Run(name+" "+failure, func(t *testing.T) {
				t.Parallel()
				var seen atomic.Int32
				c := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
					seen.Add(1)
					failures[failure].handler(w, r)
				})
				if err := test.create(c); !IsUncertain(err) {
					t.Errorf("error %v is certain", err)
				}
				if seen.Load() != test.want {
					t.Errorf("the server saw %d requests, want %d", seen.Load(), test.want)
				}
			})
		}
	}
}

// sequence answers the tries one after the other.
func sequence(handlers ...http.HandlerFunc) http.HandlerFunc {
	var next atomic.Int32
	return func(w http.ResponseWriter, r *http.Request) { handlers[next.Add(1)-1](w, r) }
}

func TestRetry_recovers(t *testing.T) {
	t.Parallel()
	var ids, bodies []string
	note := func(h http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			ids, bodies = append(ids, r.Header.Get(api.HeaderRequestID)), append(bodies, string(body))
			h(w, r)
		}
	}
	c := newTestClient(t, sequence(note(answer(429, "")), note(answer(503, "")), note(cut("")), note(answer(204, ""))))
	if _, err := c.UpdateGroup(t.Context(), "g", api.GroupUpdate{}); err != nil {
		t.Fatal(err)
	}
	if len(ids) != 4 || len(slices.Compact(ids)) != 1 || len(slices.Compact(bodies)) != 1 {
		t.Errorf("request ids %q and bodies %q, want four alike", ids, bodies)
	}
}

// TestRetry_refusedInTheEnd is a group that the API does not take, after an
// answer that left it open whether it had.
func TestRetry_refusedInTheEnd(t *testing.T) {
	t.Parallel()
	for status, uncertain := range map[int]bool{400: false, 404: false, 413: false, 422: false, 401: true, 403: true, 409: true, 500: true} {
		c := newTestClient(t, sequence(answer(503, ""), answer(status, `{"message":"no"}`)))
		if _, err := c.CreateGroup(t.Context(), api.GroupCreate{ID: "g"}); err == nil || IsUncertain(err) != uncertain {
			t.Errorf("%d: uncertain %t: %v", status, IsUncertain(err), err)
		}
	}
	c := newTestClient(t, sequence(answer(503, ""), page(404, "<html>")))
	if _, err := c.CreateGroup(t.Context(), api.GroupCreate{ID: "g"}); !IsUncertain(err) {
		t.Errorf("a page of a proxy settles nothing: %v", err)
	}
}

// TestRetry_ownConflict is a group whose first answer was lost: the second try
// meets the group that the first one made.
func TestRetry_ownConflict(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, sequence(cut(""), answer(409, `{"message":"taken"}`)))
	_, err := c.CreateGroup(t.Context(), api.GroupCreate{ID: "g"})
	if !IsConflict(err) || !IsUncertain(err) {
		t.Errorf("conflict %t, uncertain %t: %v", IsConflict(err), IsUncertain(err), err)
	}
	c = newTestClient(t, sequence(answer(429, ""), answer(409, "")))
	if _, err = c.CreateGroup(t.Context(), api.GroupCreate{ID: "g"}); !IsConflict(err) || IsUncertain(err) {
		t.Errorf("conflict %t, uncertain %t: %v", IsConflict(err), IsUncertain(err), err)
	}
}

func TestRetry_none(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, answer(503, ""), func(o *Options) { o.MaxRetries = new(0) })
	_, err := c.Group(t.Context(), "g")
	if tries, _ := triesOf(t, err); tries != 1 {
		t.Errorf("%d tries, want 1", tries)
	}
}

func TestRequestTimeout(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}, func(o *Options) { o.RequestTimeout = 20 * time.Millisecond; o.MaxRetries = new(1) })
	_, err := c.Group(t.Context(), "g")
	if tries, _ := triesOf(t, err); tries != 2 || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%d tries: %v", tries, err)
	}
	if _, err = c.CreateUser(t.Context(), api.UserCreate{}); !IsUncertain(err) {
		t.Errorf("error %v is certain", err)
	}
}

// TestRetry_http2 has a connection of another kind, which must tell as well
// whether something was sent.
func TestRetry_http2(t *testing.T) {
	t.Parallel()
	var seen atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if seen.Add(1); r.ProtoMajor != 2 {
			t.Errorf("protocol %s", r.Proto)
		}
		panic(http.ErrAbortHandler)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	c := newTestClient(t, nil, func(o *Options) { o.BaseURL, o.Transport = server.URL, server.Client().Transport })
	for range 2 { // over a new connection and one in use
		if _, err := c.CreateUser(t.Context(), api.UserCreate{}); !IsUncertain(err) {
			t.Errorf("error %v is certain", err)
		}
	}
	if seen.Load() != 2 {
		t.Errorf("the server saw %d requests, want 2", seen.Load())
	}
}

func TestUntrustedCertificate(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(answer(200, ""))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	c := newTestClient(t, nil, func(o *Options) { o.BaseURL = server.URL })
	_, err := c.CreateUser(t.Context(), api.UserCreate{})
	if tries, _ := triesOf(t, err); tries != 1 || IsUncertain(err) || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("%d tries, uncertain %t: %v", tries, IsUncertain(err), err)
	}
}

// Nobody whom a redirect names gets a token or a secret: it is not followed.
func TestRedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("followed to %s", r.RequestURI)
	}))
	t.Cleanup(elsewhere.Close)
	c := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL+"/login?next=hidden", http.StatusTemporaryRedirect)
	})
	withToken := newTestClient(t, nil, func(o *Options) { o.BaseURL = c.base.String() }, credentials)
	for name, err := range map[string]error{"request": c.DeleteGroup(t.Context(), "g", false), "token request": withToken.DeleteGroup(t.Context(), "g", false)} {
		if err == nil || !strings.Contains(err.Error(), elsewhere.URL+":") || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestBackoff(t *testing.T) {
	t.Parallel()
	in := func(d time.Duration) string { return time.Now().Add(d).UTC().Format(http.TimeFormat) }
	tests := map[string]struct {
		attempt  int
		header   string
		low, top time.Duration
	}{
		"first":            {0, "", 200 * time.Millisecond, 400 * time.Millisecond},
		"third":            {2, "", 800 * time.Millisecond, 1600 * time.Millisecond},
		"tenth":            {9, "", 5 * time.Second, 5 * time.Second},
		"hundredth":        {99, "", 5 * time.Second, 5 * time.Second},
		"seconds":          {0, "7", 7 * time.Second, 7 * time.Second},
		"no seconds":       {3, "0", 0, 0},
		"a minute":         {0, "60", time.Minute, time.Minute},
		"date":             {0, in(20 * time.Second), 18 * time.Second, 20 * time.Second},
		"date in the past": {0, in(-time.Hour), 0, 0},
		"negative seconds": {0, "-5", 200 * time.Millisecond, 400 * time.Millisecond},
		"neither":          {0, "soon", 200 * time.Millisecond, 400 * time.Millisecond},
	}
	if got := backoff(shortestWait, longestWait, 0, nil); got < shortestWait {
		t.Errorf("waits %s after no answer", got)
	}
	for name, test := range tests {
		for range 20 {
			resp := &http.Response{Header: http.Header{"Retry-After": {test.header}}}
			got := backoff(shortestWait, longestWait, test.attempt, resp)
			if got < test.low || got > test.top {
				t.Errorf("%s: waits %s, want %s to %s", name, got, test.low, test.top)
			}
		}
	}
}

// A server that wants to be left alone for long is not asked again.
func TestRetryAfter_tooLong(t *testing.T) {
	t.Parallel()
	now := time.Now()
	tests := map[string]struct {
		date string // of the answer
		wait string
		want time.Duration
	}{
		"just too long":     {"", "61", 61 * time.Second},
		"an hour":           {"", "3600", time.Hour},
		"more than an int":  {"", "99999999999999999999", 1 << 31 * time.Second},
		"more than a uint":  {"", strings.Repeat("9", 400), 1 << 31 * time.Second},
		"date by its clock": {now.AddDate(5, 0, 0).UTC().Format(http.TimeFormat), now.AddDate(5, 0, 0).Add(time.Hour).UTC().Format(http.TimeFormat), time.Hour},
	}
	for name, test := range tests {
		for _, status := range []int{429, 503} {
			c := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Retry-After", test.wait)
				if test.date != "" {
					w.Header().Set("Date", test.date)
				}
				answer(status, `{"message":"no"}`)(w, r)
			})
			_, err := c.Group(t.Context(), "g")
			e, ok := errors.AsType[*Error](err)
			if !ok || e.Attempts != 1 || e.RetryAfter != test.want || !strings.Contains(err.Error(), "asks to wait "+test.want.String()+", the client waits 1m0s at most") {
				t.Errorf("%s: error %v", name, err)
			}
		}
	}
	// The clock of this machine does not count.
	h := http.Header{"Date": {now.AddDate(5, 0, 0).UTC().Format(http.TimeFormat)}, "Retry-After": {now.AddDate(5, 0, 0).Add(9 * time.Second).UTC().Format(http.TimeFormat)}}
	if got, ok := retryAfter(h, now); !ok || got != 9*time.Second {
		t.Errorf("waits %s", got)
	}
}

// All tries of a call share one limit, which the error names with the last try.
func TestTotalTimeout(t *testing.T) {
	t.Parallel()
	limited := func(o *Options) { o.TotalTimeout, o.RequestTimeout = 50*time.Millisecond, time.Hour }
	hang := func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}
	late := func(t *testing.T, err error, want string) {
		t.Helper()
		e, ok := errors.AsType[*TotalTimeoutError](err)
		if !ok || e.Limit != 50*time.Millisecond || !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("error %v", err)
		}
		for _, want := range []string{"all tries together took longer than 50ms", "GET /iam/acme/groups/g", want} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("error %v, want one with %q", err, want)
			}
		}
	}
	t.Run("no answer", func(t *testing.T) {
		t.Parallel()
		_, err := newTestClient(t, hang, limited).Group(t.Context(), "g")
		late(t, err, "after 1 try")
	})
	t.Run("no token", func(t *testing.T) {
		t.Parallel()
		_, err := newTestClient(t, hang, limited, credentials).Group(t.Context(), "g")
		late(t, err, "token")
	})
	t.Run("waiting for the next try", func(t *testing.T) {
		t.Parallel()
		c := newTestClient(t, answer(503, ""), limited)
		c.backoff = func(_, _ time.Duration, _ int, _ *http.Response) time.Duration { return time.Hour }
		_, err := c.Group(t.Context(), "g")
		late(t, err, "after 503 Service Unavailable")
	})
	t.Run("waiting after no answer", func(t *testing.T) {
		t.Parallel()
		c := newTestClient(t, nil, limited, unreachable)
		c.backoff = func(_, _ time.Duration, _ int, _ *http.Response) time.Duration { return time.Hour }
		_, err := c.Group(t.Context(), "g")
		late(t, err, "after connection refused")
	})
}

func TestRetryAfterIsHonored(t *testing.T) {
	t.Parallel()
	busy := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "7")
		answer(429, "")(w, r)
	}
	c := newTestClient(t, sequence(busy, answer(204, "")))
	var waits []time.Duration
	c.backoff = func(low, high time.Duration, attempt int, resp *http.Response) time.Duration {
		waits = append(waits, backoff(low, high, attempt, resp))
		return 0
	}
	if err := c.RemoveMember(t.Context(), "g", "u"); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(waits, []time.Duration{7 * time.Second}) {
		t.Errorf("waits %v, want 7s", waits)
	}
}
