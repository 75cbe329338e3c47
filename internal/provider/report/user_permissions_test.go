package report_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

type values = providertest.Values

// The report says what the user's token holds, and whose vendor's the user is.
func TestUserPermissionsDataSource_scopes(t *testing.T) {
	t.Parallel()
	s := servertest.New(t, servertest.Options{})
	config := values{"api_url": s.URL, "tenant": servertest.Tenant, "client_id": servertest.ClientID, "client_secret": servertest.ClientSecret}
	p := providertest.New(t, config)
	p.MustApply("iam_access_control", providertest.State{}, values{"id": "accounting", "scopes": []any{"sepaexport.job_view", "order.order_read"}})
	if _, err := s.Client.CreateVendor(t.Context(), api.VendorCreate{ID: "v1", Name: "V"}); err != nil {
		t.Fatal(err)
	}
	for _, g := range []api.GroupCreate{
		{ID: "orders", AccessControls: []string{"accounting"}, VendorID: "v1"},
		{ID: "nothing", AccessControls: []string{}},
	} {
		g.Name = api.Text{"en": "G"}
		if _, err := s.Client.CreateGroup(t.Context(), g); err != nil {
			t.Fatal(err)
		}
	}
	for groups, want := range map[string]string{
		"orders":  "[order.order_read sepaexport.job_view] v1",
		"nothing": "[] <nil>",
	} {
		email := groups + "@acme.example"
		p.MustApply("iam_user", providertest.State{}, values{"email": email, "first_name": "A", "last_name": "B", "group_ids": []any{groups}})
		report, d := p.ReadData("iam_user_permissions", values{"email": email})
		if got := fmt.Sprint(report["scopes"], " ", report["vendor_id"]); len(d) > 0 || got != want {
			t.Errorf("%s: got %s, want %s, %v", groups, got, want, d)
		}
	}

	// A key that may not read them gets all the rest.
	reader := providertest.Start(t, nil)
	scopes := strings.Join([]string{api.ScopeUserRead, api.ScopeGroupRead, api.ScopeTemplateRead}, " ")
	if d := reader.Configure(values{"api_url": s.URL, "tenant": servertest.Tenant, "client_id": servertest.ClientID, "client_secret": servertest.ClientSecret, "scope": scopes}); !d.Has("Scopes Missing", "iam.scope_read: needed to read iam_scope", "iam.access_manage: needed to create, update and delete iam_access_control") {
		t.Errorf("got %v", d)
	}
	report, d := reader.ReadData("iam_user_permissions", values{"email": "orders@acme.example"})
	if !d.Has(`warning at AttributeName("team_role"): Team Not Read`, "team.team_read") || report["team_role"] != nil || report["products"] != nil || report["organizations"] != nil {
		t.Errorf("without the scope: %v, %v", report, d)
	}
	if !d.Has(`warning at AttributeName("rows"): Access Controls Not Read`, "iam.access_read") {
		t.Errorf("without the scope of access controls: %v", d)
	}
	if d.Failed() || !d.Has(`warning at AttributeName("scopes"): Scopes Not Read`, "iam.scope_read") || report["scopes"] != nil || report["vendor_id"] != nil || report["locked"] != false {
		t.Errorf("without the scope: %v, %v", report, d)
	}
}
