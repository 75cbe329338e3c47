package directory_test

import (
	"maps"
	"reflect"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// A moved block between the types of memberships: what the new resource can hold
// is taken over and planned without a change after a refresh, and nobody joins or
// leaves a group.
func TestMemberships_moved(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{NoFaults: true})
	unconfigured, p := providertest.Start(t, nil), providertest.New(t, b.Config)
	anna := p.MustApply("iam_user", state{}, values{"email": "anna@acme.example", "first_name": "Anna", "last_name": "Arm", "group_ids": []any{"oe-viewer"}}).Values["id"].(string)
	if _, err := b.Client.CreateGroup(t.Context(), api.GroupCreate{ID: "shops", Name: api.Text{"en": "Shops"}, UserType: access.Customer}); err != nil {
		t.Fatal(err)
	}
	if err := b.Client.AssignMember(t.Context(), "shops", access.Customer, "C1"); err != nil {
		t.Fatal(err)
	}
	one := values{"id": "oe-viewer/EMPLOYEE/" + anna, "group_id": "oe-viewer", "user_id": anna, "user_type": "EMPLOYEE"}
	customer := values{"id": "shops/CUSTOMER/C1", "group_id": "shops", "user_id": "C1", "user_type": "CUSTOMER"}
	members := values{"group_id": "oe-viewer", "user_type": "EMPLOYEE", "members": values{"anna@acme.example": anna}}
	customers := values{"group_id": "shops", "user_type": "CUSTOMER", "members": values{"C1": "C1"}}
	groups := values{"user_id": anna, "group_ids": []any{"oe-viewer"}}
	for _, c := range []struct {
		from, to string
		state    values
		want     values // after the refresh; nil: refused
	}{
		{"iam_group_membership", "iam_group_members", one, members},
		{"iam_group_membership", "iam_user_groups", one, groups},
		{"iam_group_members", "iam_group_membership", members, one},
		{"iam_group_members", "iam_user_groups", members, groups},
		{"iam_user_groups", "iam_group_membership", groups, one},
		{"iam_user_groups", "iam_group_members", groups, members},
		{"iam_group_membership", "iam_group_members", customer, customers},
		{"iam_group_members", "iam_group_membership", customers, customer},
		{"iam_group_membership", "iam_user_groups", customer, nil},
		{"iam_group_members", "iam_user_groups", customers, nil},
	} {
		moved, d := unconfigured.Move(c.to, providertest.Moved{Type: c.from, State: c.state})
		if c.want == nil {
			if len(d) != 1 || !d.Has("error: State Not Moved", c.from, "customers", "iam_user_groups manages memberships of employees only") {
				t.Errorf("%s to %s: %v, %v", c.from, c.to, moved.Values, d)
			}
			continue
		}
		if len(d) > 0 || moved.Values == nil || p.Identity(c.to, moved.Identity) != nil {
			t.Errorf("%s to %s: %v, %v", c.from, c.to, moved.Values, d)
			continue
		}
		read, d := p.Refresh(c.to, moved)
		if len(d) > 0 || !reflect.DeepEqual(read.Values, c.want) {
			t.Errorf("%s to %s, read: %v, %v, want %v", c.from, c.to, read.Values, d, c.want)
		}
		p.NextRun()
		config := maps.Clone(c.want)
		delete(config, "id") // computed
		planned, replace, d := p.Plan(c.to, read, config)
		if d.Failed() || replace || !reflect.DeepEqual(planned.Values, c.want) {
			t.Errorf("%s to %s, planned: %v, %v", c.from, c.to, planned.Values, d)
		}
		if same, _, d := p.Plan(c.to, moved, config); d.Failed() || same.Values == nil {
			t.Errorf("%s to %s, planned without a refresh: %v", c.from, c.to, d)
		}
	}
}

// A list of several memberships does not fit into one resource of another type:
// the error has what to import, with the ids.
func TestMemberships_notMoved(t *testing.T) {
	t.Parallel()
	p := providertest.Start(t, nil)
	members := values{"group_id": "orders", "user_type": "EMPLOYEE", "members": values{"anna@acme.example": "u1", "ben@acme.example": "u2"}}
	groups := values{"user_id": "u1", "group_ids": []any{"orders", "sales"}}
	for _, c := range []struct {
		from, to string
		state    values
		says     []string
	}{
		{"iam_group_members", "iam_group_membership", members, []string{"records 2", "id = \"orders/EMPLOYEE/u1\"", "id = \"orders/EMPLOYEE/u2\"", "from = iam_group_members.NAME"}},
		{"iam_group_members", "iam_user_groups", members, []string{"records 2", "to = iam_user_groups.NAME\n    id = \"u1\"", "id = \"u2\""}},
		{"iam_user_groups", "iam_group_membership", groups, []string{"records 2", "id = \"orders/EMPLOYEE/u1\"", "id = \"sales/EMPLOYEE/u1\"", "from = iam_user_groups.NAME"}},
		{"iam_user_groups", "iam_group_members", groups, []string{"records 2", "to = iam_group_members.NAME\n    id = \"orders\"", "id = \"sales\""}},
		{"iam_group_members", "iam_group_membership", values{"group_id": "orders", "user_type": "EMPLOYEE", "members": values{}}, []string{"records 0", "destroy = false"}},
		{"iam_user_groups", "iam_group_members", values{"user_id": "u1", "group_ids": nil}, []string{"records 0", "destroy = false"}},
		{"iam_group_members", "iam_user_groups", values{"members": "all"}, []string{"Remove the moved block"}},
		{"iam_group_membership", "iam_user_groups", values{"id": "1", "team": "orders"}, []string{"different objects"}},
	} {
		if moved, d := p.Move(c.to, providertest.Moved{Type: c.from, State: c.state}); moved.Values != nil || len(d) != 1 || !d.Has(append(c.says, "error")...) {
			t.Errorf("%s to %s: %v, %v", c.from, c.to, moved.Values, d)
		}
	}
}

// Without a refresh a moved list does not know what else is in the tenant: the
// plan names what the apply will remove, as it does for a new list.
func TestMemberships_movedWithoutRefresh(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{NoFaults: true})
	p := providertest.New(t, b.Config)
	groups := []any{"oe-viewer", "oe-editor"}
	anna := p.MustApply("iam_user", state{}, values{"email": "anna@acme.example", "first_name": "Anna", "last_name": "Arm", "group_ids": groups}).Values["id"].(string)
	ben := p.MustApply("iam_user", state{}, values{"email": "ben@acme.example", "first_name": "Ben", "last_name": "Bar", "group_ids": groups}).Values["id"].(string)
	membership := providertest.Moved{Type: "iam_group_membership", State: values{"id": "oe-viewer/EMPLOYEE/" + anna, "group_id": "oe-viewer", "user_id": anna, "user_type": "EMPLOYEE"}}
	for _, c := range []struct {
		name   string
		config values
		says   []string
		all    values // what lists everything
	}{
		{
			"iam_group_members",
			values{"group_id": "oe-viewer", "user_type": "EMPLOYEE", "members": values{"anna@acme.example": anna}},
			[]string{"warning", "Members Will Be Removed", "ben@acme.example"},
			values{"group_id": "oe-viewer", "user_type": "EMPLOYEE", "members": values{"anna@acme.example": anna, "ben@acme.example": ben}},
		},
		{
			"iam_user_groups",
			values{"user_id": anna, "group_ids": []any{"oe-viewer", "oe-manager"}},
			[]string{"warning", "Groups Will Be Left", "oe-editor"},
			values{"user_id": anna, "group_ids": groups},
		},
	} {
		moved, d := p.Move(c.name, membership)
		if d.Failed() {
			t.Fatalf("%s: %v", c.name, d)
		}
		p.NextRun()
		if _, _, d := p.Plan(c.name, moved, c.config); d.Failed() || !d.Has(c.says...) {
			t.Errorf("%s, not read: %v", c.name, d)
		}
		read, d := p.Refresh(c.name, moved)
		if d.Failed() {
			t.Fatalf("%s: %v", c.name, d)
		}
		p.NextRun()
		if _, _, d := p.Plan(c.name, read, c.config); d.Failed() || d.Has(c.says...) {
			t.Errorf("%s, read: %v", c.name, d)
		}
		p.NextRun()
		if _, _, d := p.Plan(c.name, read, c.all); len(d) > 0 {
			t.Errorf("%s, everything listed: %v", c.name, d)
		}
	}
}
