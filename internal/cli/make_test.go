package cli_test

import (
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/server/embedded"
)

// building makes a tenant with one user, a member of Make by the group
// "builders", and returns the path of its database.
func building(t *testing.T) (path string) {
	t.Helper()
	path = made(t)
	b, err := embedded.Open(t.Context(), embedded.Options{Path: path, Tenant: "acme"})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	c, err := client.New(client.Options{BaseURL: embedded.BaseURL, Tenant: "acme", Transport: b, AccessToken: b.Token()})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.PutAccessControl(t.Context(), "ours", api.AccessControlUpdate{Scopes: []string{"integromat.scenario_edit"}})
	if err == nil {
		_, err = c.CreateGroup(t.Context(), api.GroupCreate{ID: "builders", Name: api.Text{"en": "Builders"}, AccessControls: []string{"ours"}})
	}
	if err == nil {
		_, err = c.PutMakeOrganization(t.Context(), api.MakeOrganizationUpdate{OrganizationID: "7", Sync: true})
	}
	if err == nil {
		_, err = c.CreateUser(t.Context(), api.UserCreate{
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
	return path
}

func TestReport_make(t *testing.T) {
	t.Parallel()
	path := building(t)
	for format, want := range map[string]string{
		"text": "groups: builders\nroles in Make: integromat.scenario_edit\n\n",
		"json": "\"make_roles\": [\n    \"integromat.scenario_edit\"\n  ],",
	} {
		text, stderr, code := run(t, nil, "report", "--embedded", path, "--tenant", "acme", "--email", "anna@acme.example", "--format", format)
		if code != 0 || !strings.Contains(text, want) {
			t.Errorf("%s: code %d %s\n%s\nlacks %q", format, code, stderr, text, want)
		}
	}
}
