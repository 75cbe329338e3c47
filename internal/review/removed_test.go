package review_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/review"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// unconfigured removes resources from a plan's configuration.
func unconfigured(plan m, addresses ...string) m {
	root := plan["configuration"].(m)["root_module"].(m)
	root["resources"] = slices.DeleteFunc(root["resources"].([]m), func(r m) bool { return slices.Contains(addresses, r["address"].(string)) })
	return plan
}

// resources returns the resources of a plan's prior state.
func resources(plan m) []m {
	return plan["prior_state"].(m)["values"].(m)["root_module"].(m)["resources"].([]m)
}

// No tenant has an object twice: an object that is no longer in the
// configuration belongs to the tenant that does not have it under another
// address, or is unresolved.
func TestRun_removedTwin(t *testing.T) {
	t.Parallel()
	const open = ": it is no longer in the configuration, and the plan does not say which tenant it belongs to"
	a, b := m{"tenant": constant("shopa")}, m{"tenant": constant("shopb")}
	clerks := m{"id": "clerks", "name": m{"en": "Clerks"}, "user_type": "EMPLOYEE", "effective_access": m{"orders": "manage"}, "force_delete": true}
	group := change("iam_group.b", "delete", clerks, nil, nil)
	both := m{"id": "clerks/EMPLOYEE/one", "group_id": "clerks", "user_id": "one", "user_type": "EMPLOYEE"}
	account := twoHouses(a, b, change("iam_group_membership.b", "delete", both, nil, nil))
	for _, r := range resources(account) {
		switch r["type"] {
		case "iam_user":
			r["values"].(m)["id"] = "one"
		case "iam_group_membership":
			r["values"] = both
		}
	}
	known := twoHouses(a, b, change("iam_group.gone", "delete", with(clerks, "id", "read"), nil, nil))
	known["prior_state"].(m)["values"].(m)["root_module"].(m)["resources"] = append(resources(known),
		m{"address": "data.iam_group.read", "mode": "data", "type": "iam_group", "name": "read", "values": with(clerks, "id", "read")})
	root := known["configuration"].(m)["root_module"].(m)
	root["resources"] = append(root["resources"].([]m), m{"address": "data.iam_group.read", "mode": "data", "type": "iam_group", "name": "read", "provider_config_key": "iam"})
	third := unconfigured(twoHouses(a, b, group), "iam_group.b")
	third["configuration"].(m)["provider_config"].(m)["iam.c"] = provider(m{"tenant": references("local.c")})
	for name, c := range map[string]struct {
		plan       m
		who, notes string
	}{
		"a group":                     {unconfigured(twoHouses(a, b, group), "iam_group.b"), "shopb b@b.example false", ""},
		"a membership of one id":      {unconfigured(account, "iam_group_membership.b"), "shopb b@b.example false", ""},
		"a group that is only read":   {known, "", "iam_group.gone" + open},
		"perhaps of a tenant unknown": {third, "", "iam_group.b" + open},
	} {
		r := ask(t, asText(t, c.plan), nil)
		if who(r) != c.who || strings.Join(notes(r), "\n") != c.notes {
			t.Errorf("%s: %s; %q", name, who(r), notes(r))
		}
	}
}

// The identity of an object names its tenant, both if the object is no longer
// in the configuration and if the provider block computes the name.
func TestRun_identities(t *testing.T) {
	t.Parallel()
	named := func(tenantA, tenantB m, changes ...m) m {
		plan := twoHouses(tenantA, tenantB, changes...)
		for _, r := range resources(plan) {
			r["identity"] = m{"tenant": "shop" + r["name"].(string)}
		}
		return plan
	}
	gone := change("iam_user.gone", "delete", m{"id": "id-b", "email": "b@b.example", "on_destroy": "remove"}, nil, nil)
	gone["change"].(m)["before_identity"] = m{"tenant": "shopb", "id": "id-b"}
	computed := m{"tenant": references("var.shop")}
	for name, c := range map[string]struct {
		plan     m
		who      string
		tenants  string
		resolved bool
	}{
		"removed":                   {twoHouses(m{"tenant": constant("shopa")}, m{"tenant": constant("shopb")}, gone), "shopb b@b.example false", "shopa shopb", true},
		"two of one variable":       {named(computed, computed, lowers("a")), "shopa a@a.example false", "shopa shopb", true},
		"not known":                 {named(m{"tenant": constant("shopa")}, m{"tenant": references("local.b")}, lowers("b")), "shopb b@b.example false", "shopa shopb", true},
		"a constant stays":          {named(m{"tenant": constant("shopa")}, m{"tenant": constant("shopc")}, lowers("b")), "shopc b@b.example false", "shopa shopc", true},
		"no identity, so not known": {twoHouses(m{"tenant": constant("shopa")}, m{"tenant": references("local.b")}, lowers("b")), "", "shopa", false},
	} {
		r := ask(t, asText(t, c.plan), nil)
		if who(r) != c.who || strings.Join(r.Tenants, " ") != c.tenants || (len(r.Unresolved) == 0) != c.resolved {
			t.Errorf("%s: %s of %v; %q", name, who(r), r.Tenants, notes(r))
		}
	}
}

// One account can be a member of two teams: the product shows which team is
// meant. Account ids belong to a backend, so both teams are in one backend.
func TestRun_removedProduct(t *testing.T) {
	t.Parallel()
	b := servertest.New(t, servertest.Options{})
	if _, err := b.Server.EnsureTenant(t.Context(), "shopb", ""); err != nil {
		t.Fatal(err)
	}
	token, err := b.Server.IssueToken("tests", "shopb", api.AllScopes())
	if err != nil {
		t.Fatal(err)
	}
	clients := map[string]*client.Client{"shopa": b.Client, "shopb": b.NewClient(t, client.Options{Tenant: "shopb", AccessToken: token})}
	var id string
	for tenant, product := range map[string]string{"shopa": "studio_pro", "shopb": "orchestrator"} {
		if id, err = clients[tenant].InviteTeamMember(t.Context(), api.TeamMemberCreate{Email: "dan@corp.example", Role: access.RoleMember}); err != nil {
			t.Fatal(err)
		}
		if err := clients[tenant].AssignProduct(t.Context(), id, product, api.ProductAssignment{Role: map[string]string{"orchestrator": "analyst"}[product]}); err != nil {
			t.Fatal(err)
		}
	}
	gone := change("iam_product_assignment.gone", "delete", m{"id": id + "/orchestrator", "member_id": id, "product": "orchestrator", "role": "analyst"}, nil, m{})
	plan, err := review.Read(strings.NewReader(asText(t, twoHouses(m{"tenant": constant("shopa")}, m{"tenant": constant("shopb")}, gone))))
	if err != nil {
		t.Fatal(err)
	}
	open := func(_ context.Context, tenant string) (*client.Client, func() error, error) {
		return clients[tenant], func() error { return nil }, nil
	}
	if r, err := review.Run(t.Context(), plan, review.Against{Open: open}); err != nil || who(r) != "shopb dan@corp.example false" || strings.Contains(strings.Join(notes(r), "\n"), ".gone: ") {
		t.Errorf("%s; %q, %v", who(r), notes(r), err)
	}
}
