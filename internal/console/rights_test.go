package console_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/console"
)

// formOf reads the form for access rights: the level of each entity, as it would be.
func formOf(t *testing.T, page string) map[string]access.Level {
	t.Helper()
	levels := map[string]access.Level{}
	for n := range parsed(t, page).Descendants() {
		if n.Type != html.ElementNode || n.Data != "tr" {
			continue
		}
		for input := range n.Descendants() {
			if code, found := strings.CutPrefix(attribute(input, "name"), "level."); found {
				words := strings.Fields(textOf(n))
				level, err := access.ParseLevel(words[len(words)-1])
				if err != nil {
					t.Fatal(err)
				}
				levels[code] = level
			}
		}
	}
	return levels
}

// randomForm returns a form with some levels.
func randomForm(random *rand.Rand) url.Values {
	form := url.Values{"template": {[]string{"", "viewer", "mine", "pricing_manager"}[random.IntN(4)]}, "restriction": [][]string{nil, {"DE"}, {"DE", "US"}}[random.IntN(3)]}
	for _, e := range access.Entities() {
		if e.Product == access.CommerceEngine && random.IntN(4) == 0 {
			form.Set("level."+e.Code, []string{"none", "read", "manage"}[random.IntN(3)])
		}
	}
	return form
}

var emailPattern = regexp.MustCompile(`[a-z]+@acme\.example`)

// What the form says before it is saved is what comes of it: the levels, who gains and who
// loses, and the scopes of a token.
func TestGroupAccess_predicts(t *testing.T) {
	t.Parallel()
	s, anna := limited(t, console.Options{Write: true})
	if _, err := s.Client.PutTemplate(t.Context(), "mine", api.TemplateUpdate{Name: api.Text{"en": "Mine"}, Access: map[string]string{"orders": "manage", "labels": "read"}}); err != nil {
		t.Fatal(err)
	}
	s.group(t, api.GroupCreate{ID: "sees", Name: api.Text{"en": "Sees"}}, map[string]access.Level{"orders": access.Read, "products": access.Manage})
	s.employ(t, "Ben", "sees", "de")
	s.employ(t, "Carl", "sees")
	random := rand.New(rand.NewPCG(3, 4))
	for range 8 {
		form := randomForm(random)
		preview := s.ask(t, "GET", s.url+"/console/acme/groups/de/access?"+form.Encode(), nil)
		levels := formOf(t, preview.page)
		before := s.state(t)
		if got := s.post(t, "/console/acme/groups/de/access", form); got.status != 200 || !strings.Contains(got.page, "The group is saved.") || !maps.Equal(formOf(t, got.page), levels) {
			t.Fatalf("%v: got %+v", form, got)
		}
		after := s.state(t)
		g := after.Groups[slices.IndexFunc(after.Groups, func(g access.Group) bool { return g.ID == "de" })]
		for code, level := range levels {
			if got := after.Rights.Access(g).Of(code); got != level {
				t.Errorf("%v: %s is %s and not %s", form, code, got, level)
			}
		}
		want := map[string]bool{}
		for c := range access.CompareStates(before, after) {
			want[c.User.Email] = true
		}
		shown := map[string]bool{}
		for _, email := range emailPattern.FindAllString(preview.page, -1) {
			shown[email] = true
		}
		if !maps.Equal(shown, want) {
			t.Errorf("%v: the impact names %v, and %v changed", form, shown, want)
		}
		s.checkToken(t, anna, levels)
	}
}

// state reads the tenant.
func (s site) state(t *testing.T) access.State {
	t.Helper()
	state, err := s.Client.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return state
}

// checkToken makes sure that a token of the user has the scopes of the levels, on all records
// or on some.
func (s site) checkToken(t *testing.T, user string, levels map[string]access.Level) {
	t.Helper()
	held := map[string]bool{}
	for _, scope := range strings.Fields(s.UserToken(t, user).Scope) {
		name, _, _ := strings.Cut(scope, "--")
		held[name] = true
	}
	for _, c := range access.Controls() {
		if c.VendorAware || c.Entity == "" || levels[c.Entity] != c.Level {
			continue
		}
		for _, scope := range c.Scopes {
			if !held[scope] {
				t.Errorf("%s on %s: the token lacks %s", c.Level, c.Entity, scope)
			}
		}
	}
}

// Saving keeps what the form does not show: single access controls of a level, those of no
// level, and that the group refers to a role template.
func TestGroupAccess_keeps(t *testing.T) {
	t.Parallel()
	s := signedIn(t, console.Options{Write: true})
	if _, err := s.Client.PutTemplate(t.Context(), "mine", api.TemplateUpdate{Name: api.Text{"en": "Mine"}, Access: map[string]string{"orders": "manage"}}); err != nil {
		t.Fatal(err)
	}
	whole := access.ControlIDs(access.FromMap(map[string]access.Level{"users_and_groups": access.Manage}))
	if len(whole) < 2 {
		t.Fatal("the level has one access control")
	}
	if _, err := s.Client.CreateGroup(t.Context(), api.GroupCreate{ID: "g", Name: api.Text{"en": "G"}, Description: api.Text{"de": "Gruppe"}, UserType: access.Employee, Templates: []string{"mine"}, AccessControls: whole[:1]}); err != nil {
		t.Fatal(err)
	}
	if got := s.post(t, "/console/acme/groups/g/access", url.Values{"template": {"mine"}, "level.labels": {"read"}}); got.status != 200 {
		t.Fatalf("got %+v", got)
	}
	g, err := s.Client.Group(t.Context(), "g")
	if err != nil || !slices.Equal(g.Templates, []string{"mine"}) || !slices.Contains(g.AccessControls, whole[0]) || g.Description["de"] != "Gruppe" || len(g.AccessControls) != 2 {
		t.Errorf("got %+v, %v", g, err)
	}
}

// Unmet dependencies are beside the entity; a button adds what is missing. Derived entities
// follow at once.
func TestGroupAccess_needs(t *testing.T) {
	t.Parallel()
	s, _ := limited(t, console.Options{})
	at := s.url + "/console/acme/groups/de/access?level.orders=manage&level.returns=manage&restriction=DE"
	got := s.ask(t, "GET", at, nil)
	if levels := formOf(t, got.page); levels["carts"] != access.Manage || levels["products"] != access.None {
		t.Errorf("got %v", levels)
	}
	s.shows(t, "GET", at, 200, "needs Customer: read, Products: read", `name="need" value="customers:read products:read"`, "follows orders")
	got = s.ask(t, "GET", at+"&need="+url.QueryEscape("customers:read products:read"), nil)
	if levels := formOf(t, got.page); levels["products"] != access.Read || levels["prices"] != access.Read || strings.Contains(got.page, "needs Customer") {
		t.Errorf("got %v", levels)
	}
	s.shows(t, "GET", at+"&need=everything:manage", 422, "unknown entity")
	s.shows(t, "GET", at+"&template=vendor", 422, "only a group of a vendor")
}

// What a predefined group grants cannot be changed, and the page has no form for it.
func TestGroupAccess_predefined(t *testing.T) {
	t.Parallel()
	s := signedIn(t, console.Options{Write: true})
	for _, g := range access.PredefinedGroups() {
		at := "/console/acme/groups/" + g.ID + "/access"
		if got := s.ask(t, "GET", s.url+at, nil); got.status != 200 || !strings.Contains(got.page, "It is predefined") || strings.Contains(got.page, "level.orders") {
			t.Errorf("%s: got %d", g.Name, got.status)
		}
		if got := s.post(t, at, url.Values{"template": {"viewer"}}); got.status != 422 || !strings.Contains(got.page, "Nothing was changed") {
			t.Errorf("%s: got %d", g.Name, got.status)
		}
	}
}

// A group of a vendor has levels on the vendor's own records.
func TestGroupAccess_vendor(t *testing.T) {
	t.Parallel()
	s := signedIn(t, console.Options{Write: true})
	vendor, err := s.Client.CreateVendor(t.Context(), api.VendorCreate{ID: "tea", Name: "Tea"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Client.CreateGroup(t.Context(), api.GroupCreate{ID: "v", Name: api.Text{"en": "V"}, UserType: access.Employee, VendorID: vendor, AccessControls: []string{}}); err != nil {
		t.Fatal(err)
	}
	form := url.Values{"template": {access.VendorRole}, "level.products": {"read"}, "level.orders": {"manage"}}
	levels := formOf(t, s.ask(t, "GET", s.url+"/console/acme/groups/v/access?"+form.Encode(), nil).page)
	want := map[string]access.Level{"orders": access.Manage, "products": access.Read, "media": access.Read, "prices": access.Read, "availability": access.Read}
	if !maps.Equal(levels, want) {
		t.Errorf("got %v", levels)
	}
	if got := s.post(t, "/console/acme/groups/v/access", form); got.status != 200 {
		t.Fatalf("got %+v", got)
	}
	g, err := s.Client.Group(t.Context(), "v")
	if err != nil || !maps.Equal((access.Rights{}).VendorAccess(client.AccessGroup(*g)).Map(), want) || (access.Rights{}).Access(client.AccessGroup(*g)) != (access.Access{}) {
		t.Errorf("got %s, %v", fmt.Sprint(g), err)
	}
}

// A value that the tenant does not have any more is marked, and so is what the values limit.
func TestGroupRestrictions(t *testing.T) {
	t.Parallel()
	s, _ := limited(t, console.Options{})
	at := s.url + "/console/acme/groups/de/restrictions"
	if got := s.ask(t, "GET", at, nil); got.status != 200 || !strings.Contains(got.page, `<span class="tag">DE</span>`) || strings.Contains(got.page, "stale") || levelsOf(t, got.page)["Carts"] != "manage" {
		t.Errorf("got %+v", got)
	}
	if err := s.Client.UpdateSetting(t.Context(), api.SettingUpdate{Key: api.SettingRestrictions, Value: []byte(`["US"]`)}); err != nil {
		t.Fatal(err)
	}
	s.shows(t, "GET", at, 200, `<span class="tag warn">stale</span>`)
	s.shows(t, "GET", s.url+"/console/acme/groups/oe-viewer/restrictions", 200, "its members see every record", "no access to an entity that restrictions can limit")
	s.shows(t, "GET", s.url+"/console/acme/groups", 200, `OE Viewer</a> <span class="tag">predefined</span>`)
}
