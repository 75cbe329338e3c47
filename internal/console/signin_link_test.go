package console_test

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/console"
	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

const ownerEmail = "owner@acme.example"

// newLinked returns a site whose backend sends links, and moves the backend's clock.
func newLinked(t *testing.T) (s site, advance func(time.Duration)) {
	t.Helper()
	links := make(chan string, 10)
	start, passed := time.Now(), new(atomic.Int64)
	b := servertest.New(t, servertest.Options{
		NoFaults: true,
		Now:      func() time.Time { return start.Add(time.Duration(passed.Load())) },
		Mail: func(_ context.Context, m server.Mail) error {
			links <- linkPattern.FindStringSubmatch(m.Text)[1]
			return nil
		},
	})
	s = newPages(t, b, console.Options{Links: true})
	s.links = links
	return s, func(d time.Duration) { passed.Add(int64(d)) }
}

// asks sends the form for a link.
func (s site) asks(t *testing.T, email string) answer {
	t.Helper()
	return s.post(t, "/console/acme/sign-in/send", url.Values{"email": {email}})
}

// mailed is the address of the link that the Owner gets.
func (s site) mailed(t *testing.T) (link string) {
	t.Helper()
	s.asks(t, ownerEmail)
	return s.url + <-s.links
}

// stranger is another browser.
func (s site) stranger() site {
	s.browser = &http.Client{}
	s.browser.Jar, _ = cookiejar.New(nil)
	return s
}

// A person asks for a link, opens it, and is signed in. It works once, and only with the
// button: mail scanners open links.
func TestSignInLink(t *testing.T) {
	t.Parallel()
	s, _ := newLinked(t)
	s.shows(t, "GET", s.url+"/console/acme/sign-in", 200, "Send me a link", "With an API key")
	link := s.mailed(t)
	scanner := s.stranger()
	for range 2 {
		if got := scanner.ask(t, "GET", link, nil); got.status != 200 || !strings.Contains(got.page, "You sign in as <strong>"+ownerEmail) || strings.Contains(got.address, "/sign-in/link") == false {
			t.Errorf("opened: got %+v", got)
		}
	}
	s.shows(t, "GET", s.url+"/console/acme/users", 401, "Sign in to acme")
	s.shows(t, "GET", link, 200, ownerEmail, `<form method="post">`)
	s.shows(t, "POST", s.url+"/console/acme/sign-in/link", 200, "<h1>Users</h1>", "Tenant Owner")
	s.shows(t, "GET", s.url+"/console/acme/me", 200, ownerEmail)
	scanner.shows(t, "POST", s.url+"/console/acme/sign-in/link", 410, "This link was used already", "Ask for another one")
	scanner.shows(t, "GET", link, 410, "This link was used already")
	if secret := link[strings.LastIndex(link, "/")+1:]; strings.Contains(s.log.String(), secret) {
		t.Error("the log has the secret")
	}
	s.shows(t, "GET", s.url+"/console/acme/sign-in/"+strings.Repeat("x", 22), 404, "This link does not work")
	s.shows(t, "GET", s.url+"/console/acme/sign-in/short", 404, "This link does not work")
	s.stranger().shows(t, "POST", s.url+"/console/acme/sign-in/link", 404, "This link does not work")
}

// The page that follows is the same for every address, but for those that are none.
func TestSignInLink_send(t *testing.T) {
	t.Parallel()
	s, advance := newLinked(t)
	known, unknown := s.asks(t, ownerEmail), s.asks(t, "other@acme.example")
	if known.status != 200 || strings.ReplaceAll(known.page, ownerEmail, "other@acme.example") != unknown.page {
		t.Errorf("got %+v and %+v", known, unknown)
	}
	if got := s.asks(t, "<b>nobody</b>"); got.status != 422 || !strings.Contains(got.page, "This is not an e-mail address") {
		t.Errorf("no address: got %+v", got)
	}
	if got := s.asks(t, "a&lt;b@acme.example"); got.status != 422 || strings.Contains(got.page, "a&lt;b") {
		t.Errorf("a hostile text: got %+v", got)
	}
	if got := s.asks(t, "a&lt'b@acme.example"); got.status != 200 || !strings.Contains(got.page, "If a&amp;lt&#39;b@acme.example can") {
		t.Errorf("a hostile address: got %+v", got)
	}
	for range 4 {
		s.asks(t, ownerEmail)
	}
	if got := s.asks(t, ownerEmail); got.status != 429 || !strings.Contains(got.page, "Too many links") {
		t.Errorf("often: got %+v", got)
	}
	link := s.url + <-s.links
	advance(15 * time.Minute)
	s.shows(t, "GET", link, 410, "This link has expired", "Send me a link")
	if got := newPages(t, s.Backend, console.Options{}).asks(t, ownerEmail); got.status != 404 {
		t.Errorf("a backend that sends none: got %+v", got)
	}
}

// The link of a locked user does not work, as one that does not exist.
func TestSignInLink_locked(t *testing.T) {
	t.Parallel()
	s, _ := newLinked(t)
	id, link := s.invite(t)
	s.shows(t, "GET", link, 200, "anna@acme.example")
	s.shows(t, "POST", s.url+"/console/acme/invitation", 200, "Send me a link to sign in")
	s.asks(t, "anna@acme.example")
	link = s.url + <-s.links
	s.shows(t, "GET", link, 200, "anna@acme.example")
	if err := s.Client.LockUser(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	s.shows(t, "POST", s.url+"/console/acme/sign-in/link", 404, "This link does not work")
}

// A member of the team who is no user signs in as well.
func TestSignInLink_member(t *testing.T) {
	t.Parallel()
	s, _ := newLinked(t)
	id, err := s.Client.InviteTeamMember(t.Context(), api.TeamMemberCreate{Email: "admin@acme.example", Role: access.RoleAdmin})
	if err != nil || id == "" {
		t.Fatal(err)
	}
	link := s.url + <-s.links
	s.shows(t, "GET", link, 200, "admin@acme.example")
	s.shows(t, "POST", s.url+"/console/acme/invitation", 200, "Send me a link to sign in")
	s.asks(t, "admin@acme.example")
	s.shows(t, "GET", s.url+<-s.links, 200, "admin@acme.example")
	s.shows(t, "POST", s.url+"/console/acme/sign-in/link", 200, "admin@acme.example")
}
