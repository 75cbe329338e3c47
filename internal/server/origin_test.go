package server_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/server/fault"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

const (
	origin  = "https://app.example.com"
	another = "https://app.example.com.evil.example"
)

func TestCheckOrigin(t *testing.T) {
	t.Parallel()
	for _, text := range []string{origin, "http://localhost:3000", "http://127.0.0.1:8080", "https://[::1]:8443", "https://app.example.com:444", "http://app.example.com:443"} {
		if err := server.CheckOrigin(text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	for text, want := range map[string]string{
		"*": "list each origin", "https://*.example.com": "list each origin", "null": "any page can make its origin null",
		"": "a scheme, a host", "app.example.com": "a scheme, a host", "ftp://app.example.com": "a scheme, a host", "https://": "a scheme, a host",
		"https://me@app.example.com": "a scheme, a host", "file:///page.html": "a scheme, a host", "https://a.example,https://b.example": "a scheme, a host",
		"https://app.example.com:0": "from 1 to 65535", "https://app.example.com:65536": "from 1 to 65535", "https://bücher.example": "xn--",
		"https://app.example.com/": "as " + origin, "https://app.example.com/page?x#y": "as " + origin, "https://App.Example.com": "as " + origin,
		"HTTPS://app.example.com": "as " + origin, "https://app.example.com:443": "as " + origin, "http://app.example.com:80": "as http://app.example.com", "https://app.example.com:": "as " + origin,
	} {
		if err := server.CheckOrigin(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want an error with %q", text, err, want)
		}
	}
}

// preflight is what a browser asks before a request that is not simple.
func preflight(path, from, method, headers string) *http.Request {
	r := httptest.NewRequestWithContext(context.Background(), http.MethodOptions, path, http.NoBody)
	r.Header.Set("Origin", from)
	r.Header.Set("Access-Control-Request-Method", method)
	if headers != "" {
		r.Header.Set("Access-Control-Request-Headers", headers)
	}
	return r
}

func answered(h http.Handler, r *http.Request) http.Header {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	h2 := w.Result().Header
	h2.Set("status", http.StatusText(w.Code))
	return h2
}

// allowed reports what a browser may do after a response: nothing, or what the page asked.
func allowed(h http.Header) bool { return h.Get("Access-Control-Allow-Origin") == origin }

// Each path answers preflights for its methods, for listed origins, and for the headers that
// the API reads; other paths have no CORS at all.
func TestWithOrigins_everyPath(t *testing.T) {
	t.Parallel()
	reached := "" // by a request that is no preflight
	h := server.WithOrigins([]string{"http://localhost:3000", origin}, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { reached = r.Method + " " + r.URL.Path }))
	methods := map[string][]string{}
	for path, item := range openAPI(t).Paths.Map() {
		for method := range item.Operations() {
			methods[path] = append(methods[path], method)
		}
	}
	const headers = "authorization,content-language,content-type,emporix-tenant,if-none-match,x-total-count"
	for template, own := range methods {
		path := strings.NewReplacer("{", "", "}", "").Replace(template)
		if probe := slices.Contains([]string{api.PathHealth, api.PathReady, api.PathMetrics}, template); probe {
			if got := answered(h, preflight(path, origin, "GET", "")); got.Get("Vary") != "" || allowed(got) {
				t.Errorf("%s has CORS: %v", path, got)
			}
			continue
		}
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"} {
			reached = ""
			got := answered(h, preflight(path, origin, method, headers))
			if wanted := slices.Contains(own, method); allowed(got) != wanted || wanted && (got.Get("Access-Control-Allow-Methods") != method || got.Get("Access-Control-Allow-Headers") != headers) {
				t.Errorf("%s %s: got %v", method, path, got)
			}
			if reached != "" || got.Get("Access-Control-Allow-Credentials") != "" || !strings.Contains(got.Get("Vary"), "Origin") {
				t.Errorf("%s %s: got %v, and reached %s", method, path, got, reached)
			}
		}
		for name, r := range map[string]*http.Request{
			"another origin": preflight(path, another, own[0], headers), "no origin": preflight(path, "", own[0], headers), "null": preflight(path, "null", own[0], headers),
			"another header": preflight(path, origin, own[0], "authorization,x-other"), "a cookie": preflight(path, origin, own[0], "cookie"),
		} {
			if got := answered(h, r); got.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s: %s is allowed: %v", path, name, got)
			}
		}
	}
	for _, path := range []string{"/", "/console", "/iam/acme", "/iam/acme/nothing", "/iam//groups", "/metrics"} {
		if got := answered(h, preflight(path, origin, "GET", "")); allowed(got) || reached != "OPTIONS "+path {
			t.Errorf("%s: got %v, and reached %s", path, got, reached)
		}
	}
	// The slash at the end of a path is ignored.
	if got := answered(h, preflight("/iam/acme/groups/", origin, "GET", "")); !allowed(got) {
		t.Errorf("with a slash: got %v", got)
	}
}

// Every header that the description names can be sent, or read.
func TestWithOrigins_headers(t *testing.T) {
	t.Parallel()
	h := server.WithOrigins([]string{origin}, http.NotFoundHandler())
	shown := strings.Split(func() string {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/iam/acme/groups", http.NoBody)
		r.Header.Set("Origin", origin)
		return answered(h, r).Get("Access-Control-Expose-Headers")
	}(), ", ")
	seen := 0
	for path, item := range openAPI(t).Paths.Map() {
		for _, o := range item.Operations() {
			for _, p := range slices.Concat(item.Parameters, o.Parameters) {
				if p.Value.In == "header" && !allowed(answered(h, preflight("/iam/acme/groups", origin, "GET", strings.ToLower(p.Value.Name)))) {
					t.Errorf("%s: %s cannot be sent", path, p.Value.Name)
				}
			}
			for _, response := range o.Responses.Map() {
				for name := range response.Value.Headers {
					seen++
					if !slices.Contains(shown, http.CanonicalHeaderKey(name)) {
						t.Errorf("%s: %s cannot be read", path, name)
					}
				}
			}
		}
	}
	if seen == 0 || !slices.Contains(shown, "Etag") {
		t.Errorf("the description names %d headers of responses, and its lists have an ETag; shown are %q", seen, shown)
	}
	if !allowed(answered(h, preflight("/iam/acme/groups", origin, "GET", "traceparent,tracestate,x-version"))) {
		t.Error("a trace, or the header of the platform's clients, cannot be sent")
	}
}

// What the backend answers carries the headers, whatever it is; and so do the faults before
// it.
func TestWithOrigins_answers(t *testing.T) {
	t.Parallel()
	running := servertest.New(t, servertest.Options{NoFaults: true})
	broken := over(t, &backend{store: running.Store}, server.Options{Store: noUsers{running.Store}})
	full := &backend{server: running.Server}
	token := full.issue(t, servertest.Tenant, api.AllScopes()...)
	faulty := func(faults string) http.Handler {
		f, err := fault.Parse(faults)
		if err != nil {
			t.Fatal(err)
		}
		return f.Wrap(running.Server)
	}
	tag := ""
	for _, c := range []struct {
		name   string
		h      http.Handler
		path   string
		token  string
		status string
	}{
		{"a list", running.Server, "/iam/acme/groups", token, "OK"},
		{"the same list", running.Server, "/iam/acme/groups", token, "Not Modified"},
		{"through faults", faulty("shuffle"), "/iam/acme/groups", token, "OK"},
		{"an unknown object", running.Server, "/iam/acme/groups/nobody", token, "Not Found"},
		{"no token", running.Server, "/iam/acme/groups", "", "Unauthorized"},
		{"an invalid parameter", running.Server, "/iam/acme/groups?pageSize=x", token, "Bad Request"},
		{"a failing store", broken.server, "/iam/acme/users", broken.issue(t, servertest.Tenant, api.AllScopes()...), "Internal Server Error"},
		{"too many requests", faulty("429=1"), "/iam/acme/groups", token, "Too Many Requests"},
		{"unavailable", faulty("503=1"), "/iam/acme/groups", token, "Service Unavailable"},
		{"the description", running.Server, "/openapi.yaml", "", "OK"},
	} {
		ask := func(from string) http.Header {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, c.path, http.NoBody)
			if from != "" {
				r.Header.Set("Origin", from)
			}
			if c.token != "" {
				r.Header.Set("Authorization", "Bearer "+c.token)
			}
			if c.status == "Not Modified" {
				r.Header.Set("If-None-Match", tag)
			}
			return answered(server.WithOrigins([]string{origin}, c.h), r)
		}
		got := ask(origin)
		if c.name == "a list" {
			tag = got.Get("ETag")
		}
		exposed := got.Get("Access-Control-Expose-Headers")
		if got.Get("status") != c.status || !allowed(got) || !strings.Contains(exposed, "X-Total-Count") || !strings.Contains(exposed, "Retry-After") || got.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%s: got %v", c.name, got)
		}
		// A cache must not hand the response for one origin to another, nor to none.
		for _, from := range []string{origin, another, ""} {
			if got := ask(from); got.Get("Vary") != "Origin" || from != origin && got.Get("Access-Control-Allow-Origin") != "" || got.Get("status") != c.status {
				t.Errorf("%s: from %q got %v", c.name, from, got)
			}
		}
	}
}

// noUsers is a store that cannot list users.
type noUsers struct{ store.Store }

func (noUsers) Users(context.Context, string, store.Page) ([]store.User, int, error) {
	return nil, 0, errors.New("no users today")
}

// Without origins, the backend knows nothing of CORS.
func TestWithOrigins_off(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	for _, r := range []*http.Request{preflight("/iam/acme/groups", origin, "GET", "authorization"), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/iam/acme/groups", http.NoBody)} {
		r.Header.Set("Origin", origin)
		r.Header.Set("Authorization", "Bearer "+b.token)
		if got := answered(b.server, r); got.Get("Vary") != "" || got.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: got %v", r.Method, got)
		}
	}
}

// No path of the API reads a cookie, or sets one.
func TestCookies_everyRoute(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	ask := func(o server.Operation, cookie, token string) (int, string) {
		r := httptest.NewRequestWithContext(t.Context(), o.Method, strings.NewReplacer("{tenant}", servertest.Tenant, "{", "", "}", "").Replace(o.Path), strings.NewReader(`{}`))
		r.Header.Set(api.HeaderRequestID, "same")
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		for _, name := range []string{"token", "access_token", "Authorization", "session", "__Host-session"} {
			if cookie != "" {
				r.AddCookie(&http.Cookie{Name: name, Value: cookie})
			}
		}
		w := httptest.NewRecorder()
		b.server.ServeHTTP(w, r)
		if len(w.Result().Cookies()) > 0 {
			t.Errorf("%s %s sets a cookie", o.Method, o.Path)
		}
		var text bytes.Buffer
		_, _ = io.Copy(&text, w.Body)
		return w.Code, text.String()
	}
	weak := b.issue(t, servertest.Tenant, api.ScopeUserRead)
	for _, o := range server.Operations() {
		status, text := ask(o, "", "")
		if withCookie, body := ask(o, b.token, ""); withCookie != status || body != text || status != http.StatusUnauthorized {
			t.Errorf("%s %s: got %d %s, and with a cookie %d %s", o.Method, o.Path, status, text, withCookie, body)
		}
		if o.Method != http.MethodGet { // would change something
			continue
		}
		status, text = ask(o, "", weak)
		if withCookie, body := ask(o, b.token, weak); withCookie != status || body != text {
			t.Errorf("%s %s with a token: got %d %s, and with a cookie %d %s", o.Method, o.Path, status, text, withCookie, body)
		}
	}
}
