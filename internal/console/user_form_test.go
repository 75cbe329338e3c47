package console_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/console"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// The form of a new user shows what the user may do, and creates the user only where forms save.
func TestNewUser(t *testing.T) {
	t.Parallel()
	s := signedIn(t, console.Options{Write: true})
	at := "/console/acme/users/new"
	form := url.Values{"email": {"anna@acme.example"}, "first_name": {"<b>Anna"}, "last_name": {"Smith"}, "group": {"oe-editor"}}
	got := s.ask(t, "GET", s.url+at+"?"+form.Encode(), nil)
	if got.status != 200 || !strings.Contains(got.page, "Gain access") || !strings.Contains(got.page, "Anna") || strings.Contains(got.page, "<b>Anna") {
		t.Errorf("got %+v", got)
	}
	if _, err := s.Client.UserByEmail(t.Context(), "anna@acme.example"); !client.IsNotFound(err) {
		t.Fatalf("the preview has created a user: %v", err)
	}
	got = s.post(t, at, form)
	u, err := s.Client.UserByEmail(t.Context(), "anna@acme.example")
	if err != nil || got.status != 200 || got.address != s.url+"/console/acme/users/"+u.ID || !slices.Equal(u.GroupIDs, []string{"oe-editor"}) || u.FirstName != "<b>Anna" || u.PreferredSite == "" || u.Department == "" {
		t.Fatalf("got %+v, %+v, %v", got, u, err)
	}
	s.shows(t, "GET", s.url+at+"?"+form.Encode(), 200, "exists already", "users/"+u.ID)
	form.Set("email", "anna")
	s.shows(t, "GET", s.url+at+"?"+form.Encode(), 200, "anna is not an e-mail address.")
	if got := s.post(t, at, form); got.status != 422 || !strings.Contains(got.page, "anna is not an e-mail address.") {
		t.Errorf("got %+v", got)
	}
	if got := s.post(t, at, nil); got.status != 422 || !strings.Contains(got.page, "The form is empty.") {
		t.Errorf("got %+v", got)
	}
}

// Without --write, the forms of users save nothing.
func TestUsers_readOnly(t *testing.T) {
	t.Parallel()
	s := signedIn(t, console.Options{})
	id, err := s.Client.CreateUser(t.Context(), api.UserCreate{FirstName: "Anna", LastName: "Smith", ContactEmail: "anna@acme.example", PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{"oe-editor"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"new", id + "/groups"} {
		if got := s.post(t, "/console/acme/users/"+path, url.Values{"email": {"b@acme.example"}, "first_name": {"B"}, "last_name": {"C"}}); got.status != 403 || !strings.Contains(got.page, "This console does not save forms.") {
			t.Errorf("%s: got %+v", path, got)
		}
	}
	if u, err := s.Client.User(t.Context(), id); err != nil || len(u.GroupIDs) != 1 {
		t.Errorf("got %+v, %v", u, err)
	}
}

// The groups of a user are saved as the form has them, and the preview says what they change.
func TestUserGroups_saved(t *testing.T) {
	t.Parallel()
	s := signedIn(t, console.Options{Write: true})
	id, err := s.Client.CreateUser(t.Context(), api.UserCreate{FirstName: "Anna", LastName: "Smith", ContactEmail: "anna@acme.example", Department: "Sales", PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{"oe-editor"}})
	if err != nil {
		t.Fatal(err)
	}
	at := "/console/acme/users/" + id + "/groups"
	s.shows(t, "GET", s.url+at+"?preview=1", 200, "Lose access")
	s.shows(t, "GET", s.url+at+"?preview=1&group=oe-editor", 200, `value="oe-editor" checked`)
	if u, err := s.Client.User(t.Context(), id); err != nil || len(u.GroupIDs) != 1 {
		t.Fatalf("the preview has changed the groups: %+v, %v", u, err)
	}
	if got := s.post(t, at, url.Values{"group": {"oe-viewer"}}); got.status != 200 || !strings.Contains(got.page, "The groups are saved.") {
		t.Errorf("got %+v", got)
	}
	if u, err := s.Client.User(t.Context(), id); err != nil || !slices.Equal(u.GroupIDs, []string{"oe-viewer"}) || u.Department != "Sales" {
		t.Errorf("got %+v, %v", u, err)
	}
	if got := s.post(t, at, url.Values{"group": {"nosuch"}}); got.status != 404 || !strings.Contains(got.page, "This does not exist") {
		t.Errorf("got %+v", got)
	}
}

// An invitation is sent again and accepted from the user's page, which the list of users counts.
func TestUser_invitation(t *testing.T) {
	t.Parallel()
	b := servertest.New(t, servertest.Options{NoFaults: true})
	s := newPages(t, b, console.Options{})
	s.post(t, "/console/acme/sign-in", key(servertest.ClientID, servertest.ClientSecret))
	id, err := s.Client.CreateUser(t.Context(), api.UserCreate{FirstName: "Anna", LastName: "Smith", ContactEmail: "anna@acme.example", PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{}})
	if err != nil {
		t.Fatal(err)
	}
	s.shows(t, "GET", s.url+"/console/acme/users", 200, " · 1 invited")
	all, err := s.Client.Invitations(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatalf("got %+v, %v", all, err)
	}
	at := "/console/acme/invitations/" + all[0].ID
	s.shows(t, "GET", s.url+"/console/acme/users/"+id, 200, "<h2>Invitation</h2>", `value="resend"`, `value="accept"`)
	if got := s.post(t, at, url.Values{"action": {"resend"}, "from": {"user"}}); got.address != s.url+"/console/acme/users/"+id || !strings.Contains(got.page, "is sent again") {
		t.Errorf("got %+v", got)
	}
	if got := s.post(t, at, url.Values{"action": {"accept"}, "from": {"user"}}); got.address != s.url+"/console/acme/users/"+id || !strings.Contains(got.page, "is accepted") || strings.Contains(got.page, `value="resend"`) {
		t.Errorf("got %+v", got)
	}
	if u, err := s.Client.User(t.Context(), id); err != nil || u.Status != api.UserActive {
		t.Errorf("got %+v, %v", u, err)
	}
}
