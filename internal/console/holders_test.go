package console_test

import (
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/console"
)

// employ creates a user in groups.
func (s site) employ(t *testing.T, first string, groups ...string) string {
	t.Helper()
	id, err := s.Client.CreateUser(t.Context(), api.UserCreate{
		FirstName: first, LastName: "Smith", ContactEmail: strings.ToLower(first) + "@acme.example", PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: groups,
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// group creates a group with levels.
func (s site) group(t *testing.T, g api.GroupCreate, levels map[string]access.Level) {
	t.Helper()
	g.UserType, g.AccessControls = access.Employee, append(g.AccessControls, access.ControlIDs(access.Expand(access.Access{}, levels))...)
	if _, err := s.Client.CreateGroup(t.Context(), g); err != nil {
		t.Fatal(err)
	}
}

// limited is a tenant with a hostile group that manages orders with DE, and a member of it.
func limited(t *testing.T, o console.Options) (s site, user string) {
	t.Helper()
	s = signedIn(t, o)
	if err := s.Client.UpdateSetting(t.Context(), api.SettingUpdate{Key: api.SettingRestrictions, Value: []byte(`["DE","US"]`)}); err != nil {
		t.Fatal(err)
	}
	s.group(t, api.GroupCreate{ID: "de", Name: api.Text{"en": "<script>alert(1)</script>"}, Restrictions: []string{"DE"}}, map[string]access.Level{"orders": access.Manage})
	return s, s.employ(t, "Anna", "de")
}

// parsed returns the nodes of a page. A page has no script but its own.
func parsed(t *testing.T, page string) *html.Node {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		if n.Data == "script" && n.Type == html.ElementNode && (n.FirstChild != nil || attribute(n, "src") != "/console/console.js") {
			t.Errorf("the page has the script %+v", n)
		}
		for _, a := range n.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				t.Errorf("the page has %s=%q", a.Key, a.Val)
			}
		}
	}
	return doc
}

// The holders of a level are the people with its scopes in their tokens.
func TestHolders(t *testing.T) {
	t.Parallel()
	s, anna := limited(t, console.Options{})
	s.group(t, api.GroupCreate{ID: "sees", Name: api.Text{"en": "Sees"}}, map[string]access.Level{"orders": access.Read})
	ben := s.employ(t, "Ben", "sees")
	at := s.url + "/console/acme/who-can?"
	for query, want := range map[string][2]bool{
		"entity=orders&level=read":             {true, true},
		"entity=orders&level=read&record=US":   {false, true},
		"entity=orders&level=manage":           {true, false},
		"entity=orders&level=manage&record=US": {false, false},
		"entity=orders&level=read&group=sees":  {false, true},
		"entity=carts&level=manage&group=de":   {true, false},
	} {
		got := s.ask(t, "GET", at+query, nil)
		parsed(t, got.page)
		for i, id := range []string{anna, ben} {
			if shown := strings.Contains(got.page, "/users/"+id+"/access"); got.status != 200 || shown != want[i] {
				t.Errorf("%s: person %d: got %d, %t", query, i, got.status, shown)
			}
		}
	}
	holds := func(user, scope string) bool { return strings.Contains(s.UserToken(t, user).Scope, scope) }
	if !holds(anna, "order.order_manage--DE") || holds(anna, "order.order_read ") || !holds(ben, "order.order_read") || holds(ben, "order.order_manage") {
		t.Error("tokens say something else")
	}
	s.shows(t, "GET", at+"entity=orders&level=manage", 200, "gives manage on orders for records with DE.", "&lt;script&gt;")
	s.shows(t, "GET", at+"entity=orders&level=edit", 422, "orders has no level")
	s.shows(t, "GET", at+"entity=%3Cscript%3E", 422, "unknown entity")
	s.shows(t, "GET", s.url+"/console/acme/who-can", 200, "Choose a level and an entity.")
}

// A cell of the matrix shows the level of the report, and opens who has it.
func TestMatrix(t *testing.T) {
	t.Parallel()
	s, anna := limited(t, console.Options{})
	for _, rows := range []string{"groups", "users"} {
		got := s.ask(t, "GET", s.url+"/console/acme/matrix?rows="+rows+"&category=Orders", nil)
		found := false
		for n := range parsed(t, got.page).Descendants() {
			if title := attribute(n, "title"); n.Data == "a" && strings.HasSuffix(title, ": manage for DE on Orders") {
				found = true
				s.shows(t, "GET", s.url+attribute(n, "href"), 200, anna, "anna@acme.example")
			}
		}
		if !found || got.status != 200 {
			t.Errorf("%s: got %+v", rows, got)
		}
	}
	s.shows(t, "GET", s.url+"/console/acme/matrix?rows=templates&name=viewer", 200, "Viewer: read on Orders", "OE Viewer: read on Forms")
	s.shows(t, "GET", s.url+"/console/acme/matrix?name=nothing", 200, "Nothing has such a name.")
	table, err := csv.NewReader(strings.NewReader(s.ask(t, "GET", s.url+"/console/acme/matrix.csv?rows=users&name=anna&category=Orders", nil).page)).ReadAll()
	if err != nil || fmt.Sprint(table) != "[[user people orders sepa returns carts] [anna@acme.example  manage: DE   manage: DE]]" {
		t.Errorf("got %v, %v", table, err)
	}
}

// With many users the pages stay pages of rows.
func TestHolders_many(t *testing.T) {
	t.Parallel()
	s, _ := limited(t, console.Options{})
	for i := range 60 {
		s.employ(t, fmt.Sprintf("Person%d", i), "de")
	}
	for _, path := range []string{"who-can?entity=orders&level=read&group=de", "matrix?rows=users&name=person"} {
		first, second := s.ask(t, "GET", s.url+"/console/acme/"+path, nil), s.ask(t, "GET", s.url+"/console/acme/"+path+"&page=2", nil)
		if n, m := strings.Count(first.page, `<th scope="row">`), strings.Count(second.page, `<th scope="row">`); n != 50 || m < 10 || m > 11 {
			t.Errorf("%s: got %d and %d rows", path, n, m)
		}
	}
}
