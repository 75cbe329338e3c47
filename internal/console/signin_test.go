package console_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/console"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// newPages returns a site whose console has the options.
func newPages(t *testing.T, b *servertest.Backend, o console.Options) site {
	t.Helper()
	log := &strings.Builder{}
	o.BaseURL, o.PublicURL, o.Logger = b.URL, "http://people.test", slog.New(slog.NewTextHandler(log, nil))
	handler, err := console.New(o)
	if err != nil {
		t.Fatal(err)
	}
	pages := httptest.NewServer(handler)
	t.Cleanup(pages.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return site{Backend: b, url: pages.URL, browser: &http.Client{Jar: jar}, log: log}
}

// post sends a form.
func (s site) post(t *testing.T, path string, form url.Values) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.send(t, r)
}

func key(id, secret string) url.Values {
	return url.Values{"client_id": {id}, "client_secret": {secret}}
}

// signedIn returns a site on which someone has signed in with the test backend's API key.
func signedIn(t *testing.T, o console.Options) site {
	t.Helper()
	s := newPages(t, servertest.New(t, servertest.Options{NoFaults: true}), o)
	if got := s.post(t, "/console/acme/sign-in", key(servertest.ClientID, servertest.ClientSecret)); got.status != 200 || got.address != s.url+"/console/acme/users" {
		t.Fatalf("got %+v", got)
	}
	return s
}

// A key opens the pages of its tenant, and its secret is nowhere but on the server.
func TestSignIn_key(t *testing.T) {
	t.Parallel()
	s := signedIn(t, console.Options{})
	s.shows(t, "GET", s.url+"/console/acme/users", 200, "<h1>Users</h1>", servertest.ClientID, "Sign out")
	s.shows(t, "GET", s.url+"/console/acme/", 200, "<h1>Users</h1>")
	s.shows(t, "GET", s.url+"/console/other/users", 401, "Sign in to other")
	if strings.Contains(s.log.String(), servertest.ClientSecret) {
		t.Errorf("the log is %s", s.log)
	}
	if got := s.post(t, "/console/acme/sign-out", nil); got.status != 200 || !strings.Contains(got.page, "You are signed out.") {
		t.Errorf("got %+v", got)
	}
	s.shows(t, "GET", s.url+"/console/acme/users", 401, "Sign in to acme")
}

func TestSignIn_wrongKey(t *testing.T) {
	t.Parallel()
	b := servertest.New(t, servertest.Options{NoFaults: true})
	s := newPages(t, b, console.Options{})
	for name, form := range map[string]url.Values{
		"There is no such key":   key(servertest.ClientID, "wrong"),
		"Enter the id and":       key(servertest.ClientID, " "),
		"value=\"&lt;script&gt;": key("<script>", "x"),
	} {
		if got := s.post(t, "/console/acme/sign-in", form); got.status != 422 || !strings.Contains(got.page, name) {
			t.Errorf("%s: got %+v", name, got)
		}
	}
	if got := s.post(t, "/console/globex/sign-in", key(servertest.ClientID, servertest.ClientSecret)); got.status != 422 || !strings.Contains(got.page, "The key belongs to another tenant.") {
		t.Errorf("for another tenant: got %+v", got)
	}
	s.shows(t, "GET", s.url+"/console/acme/users", 401, "Sign in to acme")
}

// A session ends after an hour without requests, and after twelve in any case.
func TestSession_ends(t *testing.T) {
	t.Parallel()
	for name, pauses := range map[string][]time.Duration{
		"unused": {61 * time.Minute}, "old": {50 * time.Minute, 50 * time.Minute, 50 * time.Minute, 50 * time.Minute, 50 * time.Minute, 50 * time.Minute, 50 * time.Minute, 50 * time.Minute, 50 * time.Minute, 50 * time.Minute, 50 * time.Minute, 50 * time.Minute, 50 * time.Minute, 50 * time.Minute, 50 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var passed atomic.Int64
			s := signedIn(t, console.Options{Now: func() time.Time { return time.Unix(0, passed.Load()) }})
			for i, pause := range pauses {
				passed.Add(int64(pause))
				want := 200
				if i == len(pauses)-1 {
					want = 401
				}
				if got := s.ask(t, "GET", s.url+"/console/acme/users", nil); got.status != want {
					t.Fatalf("after %d pauses: got %d, want %d", i+1, got.status, want)
				}
			}
		})
	}
}

// A key that is revoked ends the sessions that have it.
func TestSession_revokedKey(t *testing.T) {
	t.Parallel()
	b := servertest.New(t, servertest.Options{NoFaults: true})
	var refused atomic.Bool
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if refused.Load() {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		b.Server.ServeHTTP(w, r)
	}))
	t.Cleanup(api.Close)
	b.URL = api.URL
	s := newPages(t, b, console.Options{})
	s.post(t, "/console/acme/sign-in", key(servertest.ClientID, servertest.ClientSecret))
	s.shows(t, "GET", s.url+"/console/acme/users", 200, "<h1>Users</h1>")
	refused.Store(true)
	s.shows(t, "GET", s.url+"/console/acme/users", 401, "Your session has ended.")
	refused.Store(false)
	s.shows(t, "GET", s.url+"/console/acme/users", 401, "Sign in to acme")
}

// The cookie of a session is for the pages of its tenant only.
func TestSession_cookie(t *testing.T) {
	t.Parallel()
	b := servertest.New(t, servertest.Options{NoFaults: true})
	for public, secure := range map[string]bool{"http://iam.test": false, "https://iam.test": true} {
		handler, err := console.New(console.Options{BaseURL: b.URL, PublicURL: public, Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodPost, "http://iam.test/console/acme/sign-in", strings.NewReader(key(servertest.ClientID, servertest.ClientSecret).Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		c := w.Result().Cookies()
		if w.Code != 303 || len(c) != 1 || c[0].Path != "/console/acme/" || !c[0].HttpOnly || c[0].Secure != secure || c[0].SameSite != http.SameSiteStrictMode || len(c[0].Value) < 40 {
			t.Errorf("%s: got %d, %+v", public, w.Code, c)
		}
		api := httptest.NewRequest(http.MethodGet, b.URL+"/iam/acme/users", nil)
		api.AddCookie(c[0])
		w = httptest.NewRecorder()
		b.Server.ServeHTTP(w, api)
		if w.Code != 401 {
			t.Errorf("the API answers %d to the cookie", w.Code)
		}
	}
}

// Pages of other sites cannot send the forms.
func TestSession_crossOrigin(t *testing.T) {
	t.Parallel()
	s := signedIn(t, console.Options{})
	if got := s.ask(t, "POST", s.url+"/console/acme/sign-out", map[string]string{"Sec-Fetch-Site": "cross-site"}); got.status != 403 {
		t.Errorf("got %d", got.status)
	}
	s.shows(t, "GET", s.url+"/console/acme/users", 200, "<h1>Users</h1>")
}

// The link of an operator works once, for 15 minutes, with a name of this computer only; and
// no one else can sign in.
func TestOperator(t *testing.T) {
	t.Parallel()
	b := servertest.New(t, servertest.Options{NoFaults: true})
	start := time.Now()
	var passed atomic.Int64
	o, secret := console.NewOperator(b.Client, "iam.db", start)
	s := newPages(t, b, console.Options{Operator: o, Local: true, Tenant: "acme", Now: func() time.Time { return start.Add(time.Duration(passed.Load())) }})
	link := s.url + api.Path(api.PathConsoleSignIn, "acme", secret)
	s.shows(t, "GET", s.url+"/console/acme/users", 401, "Open the link that the terminal shows")
	if got := s.post(t, "/console/acme/sign-in", key(servertest.ClientID, servertest.ClientSecret)); got.status != 404 {
		t.Errorf("with a key: got %+v", got)
	}
	for range 2 { // a scanner changes nothing
		s.shows(t, "GET", link, 200, `<form method="post">`)
	}
	if got := s.ask(t, "GET", link, map[string]string{"Host": "evil.example"}); got.status != 421 {
		t.Errorf("under another name: got %+v", got)
	}
	s.shows(t, "GET", s.url+"/console/", 401, "Open the link")
	s.shows(t, "POST", s.url+"/console/acme/sign-in/link", 200, "<h1>Users</h1>", "iam.db")
	stranger := site{browser: &http.Client{}, url: s.url}
	stranger.browser.Jar, _ = cookiejar.New(nil)
	stranger.shows(t, "GET", link, 200, "Sign in")
	stranger.shows(t, "POST", s.url+"/console/acme/sign-in/link", 404, "This link does not work")
	for name, late := range map[string]time.Duration{"in time": 14 * time.Minute, "late": 15 * time.Minute} {
		o, secret := console.NewOperator(b.Client, "iam.db", start)
		s := newPages(t, b, console.Options{Operator: o, Local: true, Now: func() time.Time { return start.Add(late) }})
		s.shows(t, "GET", s.url+api.Path(api.PathConsoleSignIn, "acme", secret), 200, "Sign in")
		if got := s.ask(t, "POST", s.url+"/console/acme/sign-in/link", nil); (got.status == 200) != (name == "in time") {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

// Whoever opens the pages of a development server sees what another person sees.
func TestSignIn_as(t *testing.T) {
	t.Parallel()
	b := servertest.New(t, servertest.Options{NoFaults: true})
	id, err := b.Client.CreateUser(t.Context(), api.UserCreate{FirstName: "Anna", LastName: "Smith", ContactEmail: "anna@acme.example", PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{}})
	if err != nil {
		t.Fatal(err)
	}
	o := console.Options{As: func(context.Context, string, string) (api.Token, string, error) {
		return api.Token{}, "", errors.New("nobody has this address")
	}}
	if _, err := console.New(o); err == nil {
		t.Error("without Local there is no error")
	}
	o.Local = true
	s := newPages(t, b, o)
	if got := s.post(t, "/console/acme/sign-in-as", url.Values{"email": {"<b>"}}); got.status != 422 || !strings.Contains(got.page, "as &lt;b&gt;: nobody has this address.") {
		t.Errorf("got %+v", got)
	}
	token := b.UserToken(t, id)
	o.As = func(_ context.Context, tenant, email string) (api.Token, string, error) { return token, id, nil }
	s = newPages(t, b, o)
	s.post(t, "/console/acme/sign-in-as", url.Values{"email": {"anna@acme.example"}})
	s.shows(t, "GET", s.url+"/console/acme/users", 403, "You may not see this", "you see what Anna Smith sees")
}
