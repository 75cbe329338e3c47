package review_test

import (
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// building sets up a tenant with one user, who is a member of Make through the
// group "builders", and returns the user's id.
func building(t *testing.T) (c *client.Client, id string) {
	t.Helper()
	c = servertest.New(t, servertest.Options{}).Client
	_, err := c.PutAccessControl(t.Context(), "ours", api.AccessControlUpdate{Scopes: []string{"integromat.scenario_edit"}})
	if err == nil {
		_, err = c.CreateGroup(t.Context(), api.GroupCreate{ID: "builders", Name: api.Text{"en": "Builders"}, AccessControls: []string{"ours"}})
	}
	if err == nil {
		_, err = c.PutMakeOrganization(t.Context(), api.MakeOrganizationUpdate{OrganizationID: "7", Sync: true})
	}
	if err == nil {
		id, err = c.CreateUser(t.Context(), api.UserCreate{
			FirstName: "Anna", LastName: "Arm", ContactEmail: "anna@acme.example", PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en",
			GroupIDs: []string{"builders"},
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	members, err := c.WaitForMakeMembers(t.Context())
	if err != nil || len(members) != 1 || members[0].Status != api.MakeSynced {
		t.Fatalf("the members of Make are %+v, %v", members, err)
	}
	return c, id
}

// A plan that removes a member's roles in Make leaves a stale member unless the
// sync removes it.
func TestReview_make(t *testing.T) {
	t.Parallel()
	b, id := building(t)
	leave := change("iam_group_membership.anna", "delete", m{"group_id": "builders", "user_id": id}, nil, m{})
	group := func(controls ...any) m {
		return m{"id": "builders", "name": m{"en": "Builders"}, "effective_access": m{}, "access_control_ids": append([]any{}, controls...), "restrictions": []any{}}
	}
	prune := change("iam_make_organization.this", "update", m{"organization_id": "7"}, m{"organization_id": "7", "sync": true, "prune_stale": true}, m{})
	another := change("iam_make_organization.this", "update", m{"organization_id": "7"}, m{"organization_id": "8", "sync": true}, m{})
	ended := change("iam_make_organization.this", "delete", m{"organization_id": "7"}, nil, m{})
	for name, c := range map[string]struct {
		changes []m
		stale   bool
	}{
		"leaves the group":                  {[]m{leave}, true},
		"leaves, and is removed":            {[]m{leave, prune}, false},
		"leaves, with another organization": {[]m{leave, another}, true},
		"leaves, and the sync ends":         {[]m{leave, ended}, true},
		"the group loses the role":          {[]m{change("iam_group.builders", "update", group("ours"), group(), m{})}, true},
		"the group keeps it":                {[]m{change("iam_group.builders", "update", group("ours"), group("ours"), m{})}, false},
		"the group has another one":         {[]m{change("iam_group.builders", "update", group("ours"), group("make-app-developer"), m{})}, false},
	} {
		text := written(t, planOf(t, c.changes...), b, "text")
		if strings.Contains(text, "keeps access to the Make organization") != c.stale {
			t.Errorf("%s: %s", name, text)
		}
	}
}
