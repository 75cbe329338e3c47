package report_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// The report says what the user is in the team, found by e-mail in any case.
func TestUserPermissionsDataSource_team(t *testing.T) {
	t.Parallel()
	s := servertest.New(t, servertest.Options{})
	p := providertest.New(t, values{"api_url": s.URL, "tenant": servertest.Tenant, "client_id": servertest.ClientID, "client_secret": servertest.ClientSecret})
	if _, err := s.Server.EnsureTenant(t.Context(), "globex", "owner@acme.example"); err != nil {
		t.Fatal(err)
	}
	for email, role := range map[string]access.TeamRole{"anna": access.RoleAdmin, "Bert": access.RoleMember, "carl": access.RoleBillingContact} {
		if _, err := s.Client.InviteTeamMember(t.Context(), api.TeamMemberCreate{Email: email + "@ACME.example", Role: role}); err != nil {
			t.Fatal(err)
		}
	}
	bert, err := s.Client.TeamMemberByEmail(t.Context(), "bert@acme.example")
	if err != nil {
		t.Fatal(err)
	}
	for product, role := range map[string]string{"orchestrator": "analyst", "bot_runner": ""} {
		if err := s.Client.AssignProduct(t.Context(), bert.ID, product, api.ProductAssignment{Role: role}); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{
		"owner": "owner map[bot_runner: orchestrator:admin studio_pro:] [acme globex]",
		"anna":  "admin map[bot_runner: orchestrator:admin studio_pro:] [acme]",
		"bert":  "member map[bot_runner: orchestrator:analyst] [acme]",
		"carl":  "billing_contact map[] [acme]",
		"dora":  "<nil> map[] [acme]",
	} {
		email := name + "@acme.example"
		if name != "owner" {
			p.MustApply("iam_user", providertest.State{}, values{"email": email, "first_name": "A", "last_name": "B"})
		}
		report, d := p.ReadData("iam_user_permissions", values{"email": strings.ToUpper(email)})
		if got := fmt.Sprint(report["team_role"], " ", report["products"], " ", report["organizations"]); len(d) > 0 || got != want {
			t.Errorf("%s: got %s, want %s, %v", name, got, want, d)
		}
	}
}

// An API without teams has the rest of the report, and says nothing.
func TestUserPermissionsDataSource_noTeam(t *testing.T) {
	t.Parallel()
	s := servertest.New(t, servertest.Options{NoContract: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/team/") {
				http.NotFound(w, r)
				return
			}
			next.ServeHTTP(w, r)
		})
	}})
	p := providertest.New(t, values{"api_url": s.URL, "tenant": servertest.Tenant, "client_id": servertest.ClientID, "client_secret": servertest.ClientSecret})
	report, d := p.ReadData("iam_user_permissions", values{"email": "owner@acme.example"})
	rows, _ := report["rows"].([]any)
	if len(d) > 0 || len(rows) == 0 || report["team_role"] != nil || report["products"] != nil || report["organizations"] != nil {
		t.Errorf("got %v, %v", report, d)
	}
}
