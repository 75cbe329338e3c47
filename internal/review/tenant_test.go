package review_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/review"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// house is a plan's prior state of a tenant: one user in the group clerks.
func house(name, provider string) (state, configured []m) {
	add := func(typeName string, v m) {
		state = append(state, m{"address": typeName + "." + name, "mode": "managed", "type": typeName, "name": name, "values": v})
		configured = append(configured, m{"address": typeName + "." + name, "mode": "managed", "type": typeName, "name": name, "provider_config_key": provider})
	}
	add("iam_group", m{"id": "clerks", "name": m{"en": "Clerks"}, "user_type": "EMPLOYEE", "effective_access": m{"orders": "manage"}})
	add("iam_user", m{"id": "id-" + name, "email": name + "@" + name + ".example", "first_name": "A", "last_name": "B"})
	add("iam_group_membership", m{"group_id": "clerks", "user_id": "id-" + name, "user_type": "EMPLOYEE"})
	return state, configured
}

// lowers reduces a level of the group of a house.
func lowers(name string) m {
	before := m{"id": "clerks", "name": m{"en": "Clerks"}, "user_type": "EMPLOYEE", "effective_access": m{"orders": "manage"}}
	after := maps.Clone(before)
	after["effective_access"] = m{"orders": "read"}
	return change("iam_group."+name, "update", before, after, m{})
}

// provider is a provider block.
func provider(arguments m) m {
	return m{"name": "iam", "full_name": "registry.terraform.io/access-config/iam", "expressions": arguments}
}

func constant(v any) m { return m{"constant_value": v} }

func references(names ...string) m { return m{"references": names} }

// twoHouses is a plan for the houses a and b, with a provider block for each.
func twoHouses(a, b m, changes ...m) m {
	stateA, configuredA := house("a", "iam")
	stateB, configuredB := house("b", "iam.b")
	return m{
		"format_version": "1.2", "variables": m{"shop": m{"value": "shopb"}, "none": m{}},
		"prior_state":      m{"values": m{"root_module": m{"resources": slices.Concat(stateA, stateB)}}},
		"configuration":    m{"provider_config": m{"iam": provider(a), "iam.b": provider(b)}, "root_module": m{"resources": slices.Concat(configuredA, configuredB)}},
		"resource_changes": changes,
	}
}

func who(r review.Result) string {
	var names []string
	for _, p := range r.People {
		names = append(names, fmt.Sprintf("%s %s %v", p.Tenant, p.User.Email, p.Changes[0].Widens()))
	}
	return strings.Join(names, ", ")
}

// Two tenants with groups of the same id in one plan are reviewed separately,
// wherever the tenant's name is set.
func TestRun_twoTenants(t *testing.T) {
	t.Parallel()
	shopA := m{"tenant": constant("ShopA")}
	for name, c := range map[string]struct {
		a, b    m
		changes []m
		tenants string
		want    string
		notes   string
	}{
		"of the first":           {shopA, m{"tenant": constant("shopb")}, []m{lowers("a")}, "shopa shopb", "shopa a@a.example false", ""},
		"of the second":          {shopA, m{"tenant": constant("shopb")}, []m{lowers("b")}, "shopa shopb", "shopb b@b.example false", ""},
		"by a variable":          {shopA, m{"tenant": references("var.shop")}, []m{lowers("b")}, "shopa shopb", "shopb b@b.example false", ""},
		"by one without a value": {shopA, m{"tenant": references("var.none")}, []m{lowers("b"), lowers("a")}, "shopa", "shopa a@a.example false", "iam_group.b: the plan does not say which tenant the provider configuration iam.b manages"},
		"by a local":             {shopA, m{"tenant": references("local.shop")}, []m{lowers("b")}, "shopa", "", "iam_group.b: the plan does not say which tenant"},
		"by two variables":       {shopA, m{"tenant": references("var.shop", "var.none")}, []m{lowers("b")}, "shopa", "", "iam_group.b: the plan does not say which tenant"},
		"computed":               {shopA, m{"tenant": m{}}, []m{lowers("b")}, "shopa", "", "iam_group.b: the plan does not say which tenant"},
		"left out":               {shopA, m{}, []m{lowers("b")}, "shopa", "", "iam_group.b: the plan does not say which tenant"},
		"left out, of no change": {shopA, m{}, []m{change("iam_group.b", "no-op", m{}, m{}, m{})}, "shopa", "", ""},
		"one name in two places": {m{"tenant": constant("shopa"), "api_url": constant("https://a.example")}, m{"tenant": constant("shopa"), "api_url": constant("https://b.example")}, []m{lowers("b")}, "", "", "iam_group.b: provider configurations use different APIs for tenant shopa"},
		"in a place unknown":     {m{"tenant": constant("shopa"), "api_url": references("local.a")}, m{"tenant": constant("shopa"), "api_url": references("local.b")}, []m{lowers("b")}, "", "", "iam_group.b: provider configurations use different APIs for tenant shopa"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := ask(t, asText(t, twoHouses(c.a, c.b, c.changes...)), nil)
			said := strings.Join(notes(r), "\n")
			if strings.Join(r.Tenants, " ") != c.tenants || who(r) != c.want || !strings.HasPrefix(said, c.notes) || (c.notes == "") != (said == "") {
				t.Errorf("%v; %s; %s", r.Tenants, who(r), said)
			}
		})
	}
}

// Two provider blocks with one tenant see the same group.
func TestRun_twoBlocks(t *testing.T) {
	t.Parallel()
	shop := m{"tenant": constant("shop"), "embedded": constant(m{"path": "iam.db"})}
	r := ask(t, asText(t, twoHouses(shop, shop, lowers("a"))), nil)
	if strings.Join(r.Tenants, " ") != "shop" || who(r) != "shop a@a.example false, shop b@b.example false" || len(r.Unresolved) > 0 {
		t.Errorf("%v; %s; %v", r.Tenants, who(r), r.Unresolved)
	}
	// Then any object that is no longer in the configuration belongs to that
	// tenant.
	r = ask(t, asText(t, twoHouses(shop, shop, change("iam_make_organization.gone", "delete", m{"organization_id": "7"}, nil, m{}))), nil)
	if len(r.People)+len(r.Unresolved) > 0 {
		t.Errorf("%s; %q", who(r), notes(r))
	}
}

// An object that is no longer in the configuration belongs to the only tenant
// that has it.
func TestRun_removedOfOneTenant(t *testing.T) {
	t.Parallel()
	a, b := m{"tenant": constant("shopa")}, m{"tenant": constant("shopb")}
	plan := twoHouses(a, b,
		change("iam_group_membership.b", "delete", m{"group_id": "clerks", "user_id": "id-b"}, nil, m{}),
		change("iam_group.gone", "delete", m{"id": "clerks", "force_delete": true}, nil, m{}),
		change("iam_group_members.gone", "forget", m{"group_id": "clerks", "members": m{"x@y.example": "x"}}, nil, m{}))
	root := plan["configuration"].(m)["root_module"].(m)
	root["resources"] = slices.DeleteFunc(root["resources"].([]m), func(r m) bool { return r["address"] == "iam_group_membership.b" })
	r := ask(t, asText(t, plan), nil)
	want := "iam_group.gone: it is no longer in the configuration, and the plan does not say which tenant it belongs to"
	if who(r) != "shopb b@b.example false" || !slices.Equal(notes(r), []string{want}) {
		t.Errorf("%s; %q", who(r), notes(r))
	}
}

// Each tenant is opened once, and a tenant without a client is unresolved.
func TestRun_places(t *testing.T) {
	t.Parallel()
	c := staffed(t, 1)
	houses := twoHouses(m{"tenant": constant("shopa")}, m{"tenant": constant("shopb")}, lowers("a"), lowers("b"))
	delete(houses, "prior_state")
	plan, err := review.Read(strings.NewReader(asText(t, houses)))
	if err != nil {
		t.Fatal(err)
	}
	var asked []string
	ended := 0
	open := func(_ context.Context, tenant string) (*client.Client, func() error, error) {
		asked = append(asked, tenant)
		if tenant == "shopb" {
			return nil, nil, nil
		}
		return c, func() error { ended++; return nil }, nil
	}
	r, err := review.Run(t.Context(), plan, review.Against{Open: open})
	if err != nil || strings.Join(asked, " ") != "shopa shopb" || ended != 1 || !slices.Equal(notes(r), []string{"iam_group.b: no API or database is given for tenant shopb"}) {
		t.Errorf("%v, opened %v, closed %d, %q", err, asked, ended, notes(r))
	}
	down := func(context.Context, string) (*client.Client, func() error, error) {
		return nil, nil, fmt.Errorf("it is down")
	}
	if _, err := review.Run(t.Context(), plan, review.Against{Open: down}); err == nil || !strings.Contains(err.Error(), "it is down") {
		t.Errorf("a tenant that cannot be reached: %v", err)
	}
}

// A tenant given for a review applies to a plan without a tenant, and must
// match the tenant of a plan with one.
func TestRun_namedTenant(t *testing.T) {
	t.Parallel()
	one := func(arguments m) string {
		state, configured := house("a", "iam")
		return asText(t, m{
			"format_version": "1.2", "variables": m{"shop": m{"value": "shopv"}},
			"prior_state":      m{"values": m{"root_module": m{"resources": state}}},
			"configuration":    m{"provider_config": m{"iam": provider(arguments), "aws": m{"full_name": "registry.terraform.io/hashicorp/aws"}}, "root_module": m{"resources": configured}},
			"resource_changes": []m{lowers("a")},
		})
	}
	two := asText(t, twoHouses(m{"tenant": constant("shopa")}, m{"tenant": constant("shopb")}, lowers("a")))
	for _, c := range []struct {
		plan string
		o    review.Against
		want string
	}{
		{one(m{}), review.Against{}, ""},
		{one(m{}), review.Against{Tenant: "Shop"}, "shop"},
		{one(m{"tenant": constant(nil)}), review.Against{Tenant: "Shop"}, "shop"},
		{one(m{"tenant": references("local.x")}), review.Against{Tenant: "shop"}, "shop"},
		{one(m{"tenant": constant("shopc")}), review.Against{Tenant: "shop"}, "shopc"},
		{one(m{"tenant": constant("shopc")}), review.Against{Tenant: "ShopC", Named: true}, "shopc"},
		{one(m{"tenant": constant("shopc")}), review.Against{Tenant: "shop", Named: true}, "the plan is for tenant shopc, not shop"},
		{one(m{"tenant": references("var.shop")}), review.Against{Tenant: "shop"}, "shopv"},
		{one(m{"tenant": references("var.shop")}), review.Against{Tenant: "shop", Named: true}, "shop"}, // the expression around the variable is not known
		{two, review.Against{Tenant: "shop"}, "shopa shopb"},
		{two, review.Against{Tenant: "shopb", Named: true}, "shopa shopb"},
		{two, review.Against{Tenant: "shop", Named: true}, "the plan is for the tenants shopa, shopb, not shop: omit the name, or give the place of each tenant"},
	} {
		p, err := review.Read(strings.NewReader(c.plan))
		if err != nil {
			t.Fatal(err)
		}
		r, err := review.Run(t.Context(), p, c.o)
		got := strings.Join(r.Tenants, " ")
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%+v: %q, want %q", c.o, got, c.want)
		}
	}
}

// A provider block in a module gets its arguments from the module call.
func TestRun_blockInModule(t *testing.T) {
	t.Parallel()
	for call, want := range map[string]string{"var.shop": "shopv", "local.shop": "shop"} {
		block := provider(m{"tenant": references("var.name")})
		block["module_address"] = "module.outer.module.inner"
		inner := m{"expressions": m{"name": references("var.up")}, "module": m{}}
		plan := m{
			"format_version": "1.2", "variables": m{"shop": m{"value": "shopv"}}, "resource_changes": []m{},
			"configuration": m{
				"provider_config": m{"module.outer.module.inner:iam": block},
				"root_module":     m{"module_calls": m{"outer": m{"expressions": m{"up": references(call)}, "module": m{"module_calls": m{"inner": inner}}}}},
			},
		}
		p, err := review.Read(strings.NewReader(asText(t, plan)))
		if err != nil {
			t.Fatal(err)
		}
		r, err := review.Run(t.Context(), p, review.Against{Tenant: "shop"})
		if err != nil || strings.Join(r.Tenants, " ") != want {
			t.Errorf("%s: %v, %v", call, r.Tenants, err)
		}
	}
}

// An account can be in several tenants: the membership then shows which one is
// meant.
func TestRun_removedOfOneAccount(t *testing.T) {
	t.Parallel()
	plan := twoHouses(m{"tenant": constant("shopa")}, m{"tenant": constant("shopb")},
		change("iam_group_membership.b", "delete", m{"group_id": "clerks", "user_id": "id-b", "user_type": "EMPLOYEE"}, nil, m{}),
		change("iam_user.gone", "delete", m{"id": "id-b", "email": "b@b.example", "on_destroy": "remove"}, nil, m{}))
	root := plan["configuration"].(m)["root_module"].(m)
	root["resources"] = append(slices.DeleteFunc(root["resources"].([]m), func(r m) bool { return r["address"] == "iam_group_membership.b" }),
		m{"address": "iam_user.too", "mode": "managed", "type": "iam_user", "name": "too", "provider_config_key": "iam"},
		m{"address": "iam_user_groups.b", "mode": "managed", "type": "iam_user_groups", "name": "b", "provider_config_key": "iam.b"})
	state := plan["prior_state"].(m)["values"].(m)["root_module"].(m)
	state["resources"] = append(state["resources"].([]m), m{"address": "iam_user.too", "mode": "managed", "type": "iam_user", "name": "too", "values": m{"id": "id-b", "email": "b@b.example"}},
		m{"address": "iam_user_groups.b", "mode": "managed", "type": "iam_user_groups", "name": "b", "values": m{"user_id": "id-b", "group_ids": []string{"clerks"}}})
	r := ask(t, asText(t, plan), nil)
	want := "iam_user.gone: it is no longer in the configuration, and the plan does not say which tenant it belongs to"
	if who(r) != "shopb b@b.example false" || !slices.Equal(notes(r), []string{want}) {
		t.Errorf("%s; %q", who(r), notes(r))
	}
}

// For an object that is no longer in the configuration, its groups or a user's
// groups can show the tenant. An object that names nobody belongs to no tenant,
// even if only one is known.
func TestRun_removedByGroup(t *testing.T) {
	t.Parallel()
	state := func(plan m) m { return plan["prior_state"].(m)["values"].(m)["root_module"].(m) }
	root := func(plan m) m { return plan["configuration"].(m)["root_module"].(m) }
	keep := func(plan m, block, address string, v m) {
		o := object(address, v)
		state(plan)["resources"] = append(state(plan)["resources"].([]m), o)
		root(plan)["resources"] = append(root(plan)["resources"].([]m), with(without(o, "values"), "provider_config_key", block))
	}
	shops := func(changes ...m) m {
		return twoHouses(m{"tenant": constant("shopa")}, m{"tenant": constant("shopb")}, changes...)
	}
	const gone = "it is no longer in the configuration, and the plan does not say which tenant it belongs to"

	byGroup := shops(change("iam_group.gone", "delete", m{"id": "clerks", "force_delete": true}, nil, m{}))
	delete(byGroup, "prior_state")
	plan, err := review.Read(strings.NewReader(asText(t, byGroup)))
	if err != nil {
		t.Fatal(err)
	}
	clients := map[string]*client.Client{"shopa": servertest.New(t, servertest.Options{}).Client, "shopb": staffed(t, 1)}
	open := func(_ context.Context, tenant string) (*client.Client, func() error, error) {
		return clients[tenant], func() error { return nil }, nil
	}
	if r, err := review.Run(t.Context(), plan, review.Against{Open: open}); err != nil || who(r) != "shopb clerk000@acme.example false" || len(r.Unresolved) > 0 {
		t.Errorf("by its group: %s; %q, %v", who(r), notes(r), err)
	}

	byPerson := shops(change("iam_group_membership.gone", "delete", m{"group_id": "lonely", "user_id": "id-b"}, nil, m{}))
	keep(byPerson, "iam", "iam_user.too", m{"id": "id-b", "email": "b@b.example"})
	keep(byPerson, "iam.b", "iam_user_groups.b", m{"user_id": "id-b", "group_ids": []string{"clerks", "lonely"}})
	if r := ask(t, asText(t, byPerson), nil); len(r.People)+len(r.Unresolved) > 0 {
		t.Errorf("by a person's groups: %s; %q", who(r), notes(r))
	}

	nobody := twoHouses(m{"tenant": constant("shopa")}, m{}, change("iam_make_organization.gone", "delete", m{"organization_id": "7"}, nil, m{}))
	if got := notes(ask(t, asText(t, nobody), nil)); !slices.Equal(got, []string{"iam_make_organization.gone: " + gone}) {
		t.Errorf("by nothing: %q", got)
	}
}

// Mode, type and name identify a resource.
func TestRun_resourcesOfOneName(t *testing.T) {
	t.Parallel()
	plan := twoHouses(m{"tenant": constant("shopa")}, m{"tenant": constant("shopb")}, lowers("b"))
	root := plan["configuration"].(m)["root_module"].(m)
	root["resources"] = append([]m{
		{"mode": "data", "type": "iam_group", "name": "b", "provider_config_key": "iam"},
		{"mode": "managed", "type": "iam_site", "name": "b", "provider_config_key": "iam"},
		{"mode": "managed", "type": "iam_group", "name": "a", "provider_config_key": "iam"},
	}, root["resources"].([]m)...)
	if r := ask(t, asText(t, plan), nil); who(r) != "shopb b@b.example false" || len(r.Unresolved) > 0 {
		t.Errorf("%s; %q", who(r), notes(r))
	}
}
