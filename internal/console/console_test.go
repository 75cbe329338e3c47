package console_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/console"
	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// site is a backend with its console.
type site struct {
	*servertest.Backend
	url     string
	browser *http.Client // has cookies
	links   chan string  // in the e-mails, below url
	log     *strings.Builder
}

var linkPattern = regexp.MustCompile(regexp.QuoteMeta(servertest.PublicURL) + `(/console/\S+)`)

func newSite(t *testing.T) site {
	t.Helper()
	links := make(chan string, 10)
	b := servertest.New(t, servertest.Options{NoFaults: true, Mail: func(_ context.Context, m server.Mail) error {
		links <- linkPattern.FindStringSubmatch(m.Text)[1]
		return nil
	}})
	log := &strings.Builder{}
	handler, err := console.New(console.Options{BaseURL: b.URL, PublicURL: "http://people.test", Logger: slog.New(slog.NewTextHandler(log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	pages := httptest.NewServer(handler)
	t.Cleanup(pages.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return site{Backend: b, url: pages.URL, browser: &http.Client{Jar: jar}, links: links, log: log}
}

// invite invites a person as a user, and returns the address of the link.
func (s site) invite(t *testing.T) (id, link string) {
	t.Helper()
	id, err := s.Client.CreateUser(t.Context(), api.UserCreate{
		FirstName: "<script>alert(1)</script>", LastName: "x", ContactEmail: "anna@acme.example", PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{},
	})
	if err != nil {
		t.Fatal(err)
	}
	return id, s.url + <-s.links
}

// answer is a page, at the address to which its request was redirected.
type answer struct {
	status        int
	address, page string
}

// ask makes a request.
func (s site) ask(t *testing.T, method, address string, header map[string]string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range header {
		if r.Header.Set(name, value); name == "Host" {
			r.Host = value
		}
	}
	return s.send(t, r)
}

// send sends a request, and makes sure that the answer has the headers of a page.
func (s site) send(t *testing.T, r *http.Request) answer {
	t.Helper()
	response, err := s.browser.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
		"Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
	} {
		if got := response.Header.Get(name); got != want {
			t.Errorf("%s %s: %s is %q", r.Method, r.URL, name, got)
		}
	}
	return answer{response.StatusCode, response.Request.URL.String(), string(body)}
}

// shows makes sure that a request is answered with a page that has the texts.
func (s site) shows(t *testing.T, method, address string, status int, texts ...string) {
	t.Helper()
	got := s.ask(t, method, address, nil)
	for _, text := range texts {
		if got.status != status || !strings.Contains(got.page, text) {
			t.Errorf("%s %s: got %d, no %q in %s", method, address, got.status, text, got.page)
		}
	}
}

func (s site) status(t *testing.T, id string) api.UserStatus {
	t.Helper()
	u, err := s.Client.User(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return u.Status
}

// A person opens the link, accepts with the button, and is active. Scanners that open the
// link often change nothing.
func TestInvitation(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id, link := s.invite(t)
	page := s.url + "/console/acme/invitation"
	for range 3 {
		for _, method := range []string{"GET", "HEAD"} {
			scanner := site{browser: &http.Client{}, url: s.url}
			if got := scanner.ask(t, method, link, nil); got.address != page {
				t.Errorf("the address is %s", got.address)
			}
		}
	}
	s.shows(t, "GET", link, 200, "You are invited to join <strong>acme</strong>", "anna@acme.example", `<form method="post">`)
	s.shows(t, "GET", page, 200, "Join acme")
	if got := s.status(t, id); got != api.UserProvisioned {
		t.Fatalf("the user is %s before", got)
	}
	s.shows(t, "POST", page, 200, "Welcome to acme", "What comes next", "<li><span>acme</span><span class=\"tag\">User</span></li>")
	if got := s.status(t, id); got != api.UserActive {
		t.Errorf("the user is %s", got)
	}
	s.shows(t, "POST", page, 404, "This link does not work")
	s.shows(t, "GET", link, 410, "This invitation is accepted already")
	s.shows(t, "POST", page, 410, "This invitation is accepted already")
	if secret := link[strings.LastIndex(link, "/")+1:]; strings.Contains(s.log.String(), secret) || !strings.Contains(s.log.String(), "/console/{tenant}/invitation") {
		t.Errorf("the log is %s", s.log)
	}
}

// A member of the team joins it.
func TestInvitation_member(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id, err := s.Client.InviteTeamMember(t.Context(), api.TeamMemberCreate{Email: "ben@acme.example", Role: access.RoleBillingContact})
	if err != nil {
		t.Fatal(err)
	}
	s.shows(t, "GET", s.url+<-s.links, 200, "join the team of <strong>acme</strong>")
	s.shows(t, "POST", s.url+"/console/acme/invitation", 200, "You have joined the team of", "Billing contact")
	if m, err := s.Client.TeamMember(t.Context(), id); err != nil || m.Status != api.MemberActive {
		t.Errorf("the member is %+v, %v", m, err)
	}
}

// The secret leaves the address at once, in a cookie that only the page gets.
func TestInvitation_cookie(t *testing.T) {
	t.Parallel()
	for public, secure := range map[string]bool{"http://iam.test": false, "https://iam.test": true} {
		handler, err := console.New(console.Options{PublicURL: public, Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://evil.example/console/acme/invitation/0123456789abcdefghijkl", nil))
		c := w.Result().Cookies()
		if w.Code != 303 || w.Header().Get("Location") != "/console/acme/invitation" || len(c) != 1 || c[0].Path != "/console/acme/invitation" || !c[0].HttpOnly || c[0].Secure != secure ||
			c[0].SameSite != http.SameSiteLaxMode || c[0].MaxAge != int(15*time.Minute/time.Second) || strings.Contains(w.Body.String(), "0123456789") || strings.Contains(w.Body.String(), "evil") {
			t.Errorf("got %d, %v, %+v, %s", w.Code, w.Header(), c, w.Body)
		}
	}
}

// A form of another page accepts nothing, and neither does a bearer token.
func TestInvitation_crossOrigin(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id, link := s.invite(t)
	s.shows(t, "GET", link, 200, "Join acme")
	page := s.url + "/console/acme/invitation"
	for name, header := range map[string]map[string]string{
		"another site":   {"Sec-Fetch-Site": "cross-site"},
		"same site":      {"Sec-Fetch-Site": "same-site", "Origin": "http://other.people.test"},
		"another origin": {"Origin": "https://evil.example"},
		"no origin":      {"Origin": "null"},
	} {
		if got := s.ask(t, "POST", page, header); got.status != 403 || !strings.Contains(got.page, "nothing was changed") {
			t.Errorf("%s: got %+v", name, got)
		}
	}
	stranger := site{browser: &http.Client{}}
	if got := stranger.ask(t, "POST", page, map[string]string{"Authorization": "Bearer " + link[strings.LastIndex(link, "/")+1:]}); got.status != 404 {
		t.Errorf("by a token: got %+v", got)
	}
	if got := s.status(t, id); got != api.UserProvisioned {
		t.Errorf("the user is %s", got)
	}
	if got := s.ask(t, "POST", page, map[string]string{"Origin": "http://people.test", "Host": "backend:8080", "Cookie": "invitation=" + link[strings.LastIndex(link, "/")+1:]}); got.status != 200 {
		t.Errorf("behind a proxy: got %+v", got)
	}
}

// Each link that does not work has a page that says what to do; unknown ones are alike.
func TestInvitation_ended(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	_, link := s.invite(t)
	invitations, err := s.Client.Invitations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Client.ResendInvitation(t.Context(), invitations[0].ID); err != nil {
		t.Fatal(err)
	}
	s.shows(t, "GET", link, 410, "The invitation was sent again, with another link.", "Open the link in the newest e-mail.")
	s.shows(t, "GET", s.url+<-s.links, 200, "Join acme")
	var pages []string
	for _, path := range []string{
		"/console/acme/invitation/0123456789abcdefghijkl", "/console/other/invitation/" + link[strings.LastIndex(link, "/")+1:], "/console/acme/invitation/short",
		"/console/" + url.PathEscape(`<script>alert(1)</script>`) + "/invitation/0123456789abcdefghijkl", "/console/acme/invitation/" + url.PathEscape(`"><script>`),
	} {
		got := s.ask(t, "GET", s.url+path, nil)
		if got.status != 404 || !strings.Contains(got.page, "ask the person who invited you for a new invitation") {
			t.Errorf("%s: got %+v", path, got)
		}
		pages = append(pages, got.page)
	}
	for _, page := range pages {
		if page != pages[0] {
			t.Errorf("got %s and %s", page, pages[0])
		}
	}
	s.shows(t, "GET", s.url+"/console/acme/nothing", 404, "There is no such page")
}

// A backend that does not answer, or is busy, is no broken page.
func TestInvitation_brokenBackend(t *testing.T) {
	t.Parallel()
	for status, text := range map[int]string{429: "Too many attempts", 503: "Something went wrong", 200: "Something went wrong"} {
		broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, `{}`)
		}))
		defer broken.Close()
		handler, err := console.New(console.Options{BaseURL: broken.URL, PublicURL: "http://iam.test", Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodGet, "/console/acme/invitation", nil)
		r.AddCookie(&http.Cookie{Name: "invitation", Value: "0123456789abcdefghijkl"})
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code < 429 || !strings.Contains(w.Body.String(), text) {
			t.Errorf("%d: got %d %s", status, w.Code, w.Body)
		}
	}
}

func TestStyle(t *testing.T) {
	t.Parallel()
	handler, err := console.New(console.Options{PublicURL: "http://iam.test", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/console/style.css", nil))
	if w.Code != 200 || w.Header().Get("Content-Type") != "text/css; charset=utf-8" || !strings.Contains(w.Body.String(), "prefers-color-scheme: dark") {
		t.Errorf("got %d %v", w.Code, w.Header())
	}
}
