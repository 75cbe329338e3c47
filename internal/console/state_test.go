package console_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/console"
)

// counted is a transport that counts how often all users are read.
type counted struct{ users atomic.Int32 }

// RoundTrip implements http.RoundTripper.
func (c *counted) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "/users") {
		c.users.Add(1)
	}
	return http.DefaultTransport.RoundTrip(r)
}

// The tenant is read once for pages that need all of it, and again after every change, whoever
// made it: through the page that shows the tenant or past it.
func TestState_kept(t *testing.T) {
	t.Parallel()
	var reads counted
	now := time.Now()
	s := signedIn(t, console.Options{Write: true, Transport: &reads, Now: func() time.Time { return now }})
	createUser := func(email string, groups ...string) string {
		t.Helper()
		id, err := s.Client.CreateUser(t.Context(), api.UserCreate{FirstName: "Anna", LastName: "Smith", ContactEmail: email, PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: groups})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	if _, err := s.Client.CreateGroup(t.Context(), api.GroupCreate{ID: "g", Name: api.Text{"en": "G"}, UserType: access.Employee, AccessControls: access.ControlIDs(access.Expand(access.Access{}, map[string]access.Level{"orders": access.Manage}))}); err != nil {
		t.Fatal(err)
	}
	anna := createUser("anna@acme.example", "g")
	holders := s.url + "/console/acme/who-can?entity=orders&level=manage"
	wantReads := func(when string, n int32) {
		t.Helper()
		if got := reads.users.Swap(0); got != n {
			t.Errorf("%s: the users were read %d times, want %d", when, got, n)
		}
	}
	reads.users.Store(0) // signing in showed a list
	s.shows(t, "GET", holders, 200, "anna@acme.example")
	s.shows(t, "GET", holders, 200, "anna@acme.example")
	s.shows(t, "GET", s.url+"/console/acme/matrix?rows=users", 200, "anna@acme.example")
	wantReads("without a change", 1)

	ben := createUser("ben@acme.example", "g")
	s.shows(t, "GET", holders, 200, "anna@acme.example", "ben@acme.example")
	wantReads("after a user was added", 1)
	if err := s.Client.LockUser(t.Context(), ben); err != nil {
		t.Fatal(err)
	}
	if got := s.ask(t, "GET", holders, nil); strings.Contains(got.page, "ben@acme.example") {
		t.Errorf("a locked user is shown: %s", got.page)
	}
	wantReads("after a user was locked", 1)

	s.post(t, "/console/acme/users/"+anna, map[string][]string{"action": {"lock"}})
	reads.users.Store(0)
	s.shows(t, "GET", holders, 200, "1 person")
	wantReads("after a button", 1)
	now = now.Add(2 * time.Minute)
	s.shows(t, "GET", holders, 200, "1 person")
	wantReads("after two minutes", 1)
}

// What one session read is not shown to another, whose rights are others.
func TestState_ofItsSession(t *testing.T) {
	t.Parallel()
	s := signedIn(t, console.Options{Local: true})
	s.shows(t, "GET", s.url+"/console/acme/findings", 200, "Findings")
	other := signedInAs(t, s.Backend, "anna@acme.example") // without any right
	for _, path := range []string{"findings", "matrix", "who-can?entity=orders&level=read"} {
		other.shows(t, "GET", other.url+"/console/acme/"+path, 403, "You may not see this")
	}
}
