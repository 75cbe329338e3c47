package console_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/console"
)

// The form of a group predicts what its members may do: after it is saved, a token of a
// member has exactly the scopes that the report says, and the levels are those of the form.
func TestGroupAccess_saved(t *testing.T) {
	t.Parallel()
	s := signedIn(t, console.Options{Write: true})
	c := s.Client
	ok := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ok(nil, c.UpdateSetting(t.Context(), api.SettingUpdate{Key: api.SettingRestrictions, Value: []byte(`["DE","US"]`)}))
	got := s.post(t, "/console/acme/groups/new", url.Values{"name": {"Orders <b>"}, "id": {"orders"}, "template": {"viewer"}, "level.orders": {"manage"}, "level.sites": {"none"}, "restriction": {"DE"}})
	if got.status != 200 || !strings.HasSuffix(got.address, "/groups/orders") || !strings.Contains(got.page, "The group is created.") || !strings.Contains(got.page, "Orders &lt;b&gt;") {
		t.Fatalf("got %+v", got)
	}
	user, err := c.CreateUser(t.Context(), api.UserCreate{FirstName: "Anna", LastName: "Smith", ContactEmail: "anna@acme.example", PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{"orders"}})
	ok(user, err)
	holds := func(scope string) bool {
		// Scopes on some records only end with these.
		text := " " + s.UserToken(t, user).Scope + " "
		return strings.Contains(text, " "+scope+" ") || strings.Contains(text, " "+scope+"--DE ")
	}
	g, err := c.Group(t.Context(), "orders")
	ok(g, err)
	if !holds("order.order_manage") || holds("site.site_read") || len(g.Restrictions) != 1 {
		t.Errorf("after the creation: %s, %+v", s.UserToken(t, user).Scope, g)
	}
	form := url.Values{"template": {"viewer"}, "level.orders": {"none"}, "restriction": {"DE", "US"}}
	s.shows(t, "GET", s.url+"/console/acme/groups/orders/access?"+form.Encode(), 200, "If you apply this", "anna@acme.example", "Lose access", "follows orders")
	if !holds("order.order_manage") {
		t.Error("the preview has changed something")
	}
	if got := s.post(t, "/console/acme/groups/orders/access", form); got.status != 200 || !strings.Contains(got.page, "The group is saved.") {
		t.Fatalf("got %+v", got)
	}
	if holds("order.order_manage") || holds("order.order_read") || !holds("site.site_read") {
		t.Errorf("after the change: %s", s.UserToken(t, user).Scope)
	}
	s.shows(t, "GET", s.url+"/console/acme/users/"+user+"/access?entity=sites&level=read", 200, `<span class="tag ok">Yes</span>`)
	s.shows(t, "GET", s.url+"/console/acme/users/"+user+"/access?entity=orders&level=read&record=DE", 200, `<span class="tag bad">No</span>`)
	s.shows(t, "GET", s.url+"/console/acme/groups/orders/access?level.orders=most", 422, "The form cannot be read")
}

// Without --write, forms save nothing.
func TestGroupAccess_readOnly(t *testing.T) {
	t.Parallel()
	s := signedIn(t, console.Options{})
	if _, err := s.Client.CreateGroup(t.Context(), api.GroupCreate{ID: "g", Name: api.Text{"en": "G"}, UserType: access.Employee, AccessControls: []string{}}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/console/acme/groups/g/access", "/console/acme/groups/new"} {
		if got := s.post(t, path, url.Values{"name": {"New"}, "level.orders": {"manage"}}); got.status != 403 || !strings.Contains(got.page, "This console does not save forms.") {
			t.Errorf("%s: got %+v", path, got)
		}
	}
	if g, err := s.Client.Group(t.Context(), "g"); err != nil || len(g.AccessControls) > 0 {
		t.Errorf("got %+v, %v", g, err)
	}
}

// Every section of the navigation has a page.
func TestPages_sections(t *testing.T) {
	t.Parallel()
	for _, path := range console.Sections() {
		if !slices.Contains(console.Patterns(), "GET "+path) {
			t.Errorf("the section %s has no page", path)
		}
	}
}

// What is deleted meanwhile has a page that says so.
func TestPages_deleted(t *testing.T) {
	t.Parallel()
	s := signedIn(t, console.Options{})
	for _, path := range []string{"groups/none", "groups/none/access", "groups/none/members", "groups/none/history", "users/none", "users/none/access", "users/none/access.csv"} {
		s.shows(t, "GET", s.url+"/console/acme/"+path, 404, "This does not exist", "Go back to the list.")
	}
}

// A user is locked and unlocked by buttons, and what the user may do follows.
func TestUser_lock(t *testing.T) {
	t.Parallel()
	s := signedIn(t, console.Options{})
	id, err := s.Client.CreateUser(t.Context(), api.UserCreate{FirstName: "Anna", LastName: "Smith", ContactEmail: "anna@acme.example", PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{"oe-editor"}})
	if err != nil {
		t.Fatal(err)
	}
	at := "/console/acme/users/" + id
	if got := s.post(t, at, url.Values{"action": {"lock"}}); !strings.Contains(got.page, "Anna Smith is locked") {
		t.Errorf("got %+v", got)
	}
	s.shows(t, "GET", s.url+at+"/access", 200, "A locked user has no access.")
	if u, err := s.Client.User(t.Context(), id); err != nil || !u.Locked() {
		t.Errorf("got %+v, %v", u, err)
	}
	if got := s.post(t, at, url.Values{"action": {"unlock"}}); !strings.Contains(got.page, "Anna Smith is unlocked") {
		t.Errorf("got %+v", got)
	}
	s.shows(t, "GET", s.url+at+"/access", 200, "How this access comes about", "OE Editor")
	if got := s.post(t, at, url.Values{"action": {"explode"}}); got.status != 400 {
		t.Errorf("got %+v", got)
	}
}
