package report_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// restricted has the owner manage orders with DE or AT only, and read all.
func restricted(t *testing.T) (*servertest.Backend, *providertest.Provider, *api.User) {
	t.Helper()
	s := servertest.New(t, servertest.Options{})
	if err := s.Store.PutDocument(t.Context(), store.Document{Tenant: servertest.Tenant, Kind: store.KindSetting, ID: "restrictions", Body: `{"key": "restrictions", "value": ["DE", "AT"]}`}); err != nil {
		t.Fatal(err)
	}
	owner, err := s.Client.UserByEmail(t.Context(), "owner@acme.example")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Client.RemoveMember(t.Context(), access.OwnerGroupID, owner.ID); err != nil {
		t.Fatal(err)
	}
	for id, g := range map[string]api.GroupCreate{
		"all":  {AccessControls: access.ControlIDs(access.Expand(access.Access{}, map[string]access.Level{"orders": access.Read}))},
		"some": {AccessControls: access.ControlIDs(access.Expand(access.Access{}, map[string]access.Level{"orders": access.Manage})), Restrictions: []string{"DE", "AT"}},
		// One of the three controls that manage takes.
		"part": {AccessControls: access.ControlIDs(access.FromMap(map[string]access.Level{"companies": access.Manage}))[:1]},
	} {
		g.ID, g.Name = id, api.Text{"en": id}
		if _, err := s.Client.CreateGroup(t.Context(), g); err != nil {
			t.Fatal(err)
		}
		if err := s.Client.AssignMember(t.Context(), id, access.Employee, owner.ID); err != nil {
			t.Fatal(err)
		}
	}
	p := providertest.New(t, values{"api_url": s.URL, "tenant": servertest.Tenant, "client_id": servertest.ClientID, "client_secret": servertest.ClientSecret})
	return s, p, owner
}

// The report of a user who manages orders of one site and reads all of them.
func TestUserPermissions_restrictions(t *testing.T) {
	t.Parallel()
	_, p, owner := restricted(t)
	report, d := p.ReadData("iam_user_permissions", values{"user_id": owner.ID})
	if d.Failed() {
		t.Fatal(d)
	}
	var got []string
	rows, _ := report["rows"].([]any)
	for _, r := range rows {
		row, _ := r.(values)
		got = append(got, fmt.Sprintln(row["entity"], row["level"], row["restrictions"], row["restriction_aware"], row["granted_by"], row["source"]))
	}
	want := []string{
		"companies partly manage [] true [part] access_control\n",
		"carts manage [AT DE] true [some] derived\n", "carts read [] true [all] derived\n",
		"orders manage [AT DE] true [some] access\n", "orders read [] true [all] access\n",
	}
	if strings.Join(got, "") != strings.Join(want, "") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, ""), strings.Join(want, ""))
	}
	if csv, _ := report["csv"].(string); !strings.Contains(csv, "Orders,orders,Orders,manage,AT DE,true,some,access,,\r\n") {
		t.Errorf("the csv does not say where: %s", csv)
	}
}
