package access_test

import (
	"slices"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// The role and resource of access controls in the old model.
func TestControl_Legacy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ id, role, resource string }{
		{"1ac869fc-d548-4ec8-8e06-c01491314113", "1rl5e52e-6e27-4ac5-9471-2467d3fb7500", "1sr5e52e-6e27-4ac5-9471-2467d3fb7514"}, // catalogs, view
		{"4ac869fc-d548-4ec8-8e06-c01491314113", "1rl5e52e-6e27-4ac5-9471-2467d3fb7502", "1sr5e52e-6e27-4ac5-9471-2467d3fb7514"}, // catalogs, manage
		{"4ac869fc-d548-4ec8-8e06-c01491314117", "1rl5e52e-6e27-4ac5-9471-2467d3fb7502", "1sr5e52e-6e27-4ac5-9471-2467d3fb7518"}, // configuration, manage
		{"4ac869fc-d548-4ec8-8e06-c01491314143", "1rl5e52e-6e27-4ac5-9471-2467d3fb7502", "orders"},
		{"5ac869fc-d548-4ec8-cccc-c01491314106", "editor", "forms"},
		{"5ac869fc-d548-4ec8-cccc-c01491314108", "administrator", "forms"},
		{"1ac869fc-d548-4ec8-8e06-c01491314231", "", ""}, // of a vendor's own orders
		{"1ac869fc-d548-4ec8-8e06-c01491314233", "", ""}, // of AI agents, outside the catalog
		{"2ac869fc-d548-4ec8-8e06-c01491314124", "", ""}, // of customers
	} {
		control, known := access.ControlByID(c.id)
		role, resource, ok := control.Legacy()
		if !known || role.ID != c.role || resource.ID != c.resource || ok != (c.role != "") {
			t.Errorf("%s: got %q on %q, %t; want %q on %q", c.id, role.ID, resource.ID, ok, c.role, c.resource)
		}
	}
}

func TestLegacyRoles(t *testing.T) {
	t.Parallel()
	applies := map[string]int{}
	for _, role := range access.LegacyRoles() {
		levels := role.Permissions()
		if len(levels) == 0 || levels[0] != access.Read || levels[len(levels)-1] != role.Level {
			t.Errorf("%s has the permissions %v", role.Label, levels)
		}
		for _, resource := range access.LegacyResources() {
			if role.AppliesTo(resource) {
				applies[role.Label]++
				if !resource.Entity.Product.Admits(role.Level) {
					t.Errorf("%s applies to %s, whose product does not have the level", role.Label, resource.Code)
				}
			}
		}
	}
	// Every entity can be viewed and managed; only the Orchestration Engine has more.
	all, engine := access.EntityCount, 0
	for _, e := range access.Entities() {
		if e.Product == access.OrchestrationEngine {
			engine++
		}
	}
	for label, want := range map[string]int{"Viewer": all, "Editor": engine, "Manager": all, "Administrator": engine} {
		if applies[label] != want {
			t.Errorf("%s applies to %d resources, want %d", label, applies[label], want)
		}
	}
}

func TestLegacyResources(t *testing.T) {
	t.Parallel()
	list := access.LegacyResources()
	var ids, codes []string
	for i, r := range list {
		if r.Entity != access.Entities()[i] {
			t.Errorf("%s is at %d", r.Entity.Code, i)
		}
		ids, codes = append(ids, r.ID), append(codes, r.Code)
	}
	for _, names := range [][]string{ids, codes} {
		if unique := slices.Compact(slices.Sorted(slices.Values(names))); len(unique) != access.EntityCount || slices.Contains(unique, "") {
			t.Errorf("got %v", names)
		}
	}
	for _, code := range []string{"catalog.catalog", "configuration.configuration", "order.orders", "iam.users_and_groups", "payment-gateway.payment_gateways", "oe.task_inbox"} {
		if !slices.Contains(codes, code) {
			t.Errorf("there is no %s in %v", code, codes)
		}
	}
}
