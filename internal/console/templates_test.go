package console_test

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/console"
)

// levelsOf returns the words of the cells of each entity's row.
func levelsOf(t *testing.T, page string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for n := range parsed(t, page).Descendants() {
		if n.Type != html.ElementNode || n.Data != "tr" {
			continue
		}
		if words := strings.Fields(textOf(n)); len(words) > 1 {
			all[words[0]] = strings.Join(words[1:], " ")
		}
	}
	return all
}

// A role template is shown with the levels that a group with it gets, beside another.
func TestTemplates(t *testing.T) {
	t.Parallel()
	s := signedIn(t, console.Options{})
	if _, err := s.Client.PutTemplate(t.Context(), "mine", api.TemplateUpdate{Name: api.Text{"en": "<script>Mine"}, BasedOn: "viewer", Access: map[string]string{"labels": "manage", "brands": "none"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Client.CreateGroup(t.Context(), api.GroupCreate{ID: "g", Name: api.Text{"en": "With it"}, UserType: access.Employee, Templates: []string{"mine"}, AccessControls: []string{}}); err != nil {
		t.Fatal(err)
	}
	at := s.url + "/console/acme/templates"
	s.shows(t, "GET", at, 200, "11 templates", "Order Fulfillment Manager", "&lt;script&gt;Mine", "Your own", "together with Companies and Coupons")
	s.shows(t, "GET", at+"/mine", 200, "based on Viewer", "With it")
	s.shows(t, "GET", at+"/catalog_manager", 200, "manage on products also needs read on price_models", "No group refers to it.")
	levels := levelsOf(t, s.ask(t, "GET", at+"/mine?with=viewer", nil).page)
	for entity, want := range map[string]string{"Labels": "manage read lowered", "Brands": "none read gained", "Suppliers": "read " + "read"} {
		if levels[entity] != want {
			t.Errorf("%s: got %q", entity, levels[entity])
		}
	}
	s.shows(t, "GET", at+"/mine?with=viewer", 200, "on 2 entities.")
	s.shows(t, "GET", at+"/none", 404, "This does not exist")
	if err := s.Client.DeleteGroup(t.Context(), "g", true); err != nil {
		t.Fatal(err)
	}
	if err := s.Client.DeleteTemplate(t.Context(), "mine"); err != nil {
		t.Fatal(err)
	}
	s.shows(t, "GET", at+"/mine", 404, "This does not exist")
}
