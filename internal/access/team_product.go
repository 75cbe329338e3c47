package access

import (
	"fmt"
	"slices"
	"strings"
)

// TeamProduct is a product that the members of a team work with. The tenant can add
// products to the predefined ones.
type TeamProduct struct {
	ID    string
	Label string
	// Roles are the roles that a member can have in the product, the one with all
	// rights first; empty if everyone may do everything.
	Roles []string
	// Permissions are given to single members on top. Only Bot Runner has one.
	Permissions []string
	// Abilities are what its users may do in it; unknown for the tenant's own
	// products.
	Abilities []ProductAbility
}

// ProductAbility is something that users of a product may do.
type ProductAbility struct {
	ID, Label  string
	Roles      []string // needs one of these roles; empty for every user of the product
	Permission string   // and this permission; empty for none
}

// The roles and permissions of predefined products.
const (
	orchestratorAdmin   = "admin"
	orchestratorAnalyst = "analyst"

	// PermissionUnattended lets a user of Bot Runner run bots that nobody attends.
	PermissionUnattended = "unattended"
)

// PredefinedProducts returns the products of every team.
func PredefinedProducts() []TeamProduct { return slices.Clone(predefinedProducts) }

var predefinedProducts = listProducts()

func listProducts() []TeamProduct {
	admin, all := []string{orchestratorAdmin}, []string{orchestratorAdmin, orchestratorAnalyst}
	return []TeamProduct{
		{ID: "studio_pro", Label: "Studio Pro", Abilities: []ProductAbility{
			{ID: "build_bots", Label: "build bots"},
			{ID: "run_bots", Label: "run bots"},
		}},
		{ID: "bot_runner", Label: "Bot Runner", Permissions: []string{PermissionUnattended}, Abilities: []ProductAbility{
			{ID: "run_attended_bots", Label: "run attended bots"},
			{ID: "run_unattended_bots", Label: "run unattended bots", Permission: PermissionUnattended},
		}},
		{ID: "orchestrator", Label: "SaaS Orchestrator", Roles: all, Abilities: []ProductAbility{
			{ID: "publish_bots", Label: "publish bots", Roles: admin},
			{ID: "schedule_bots", Label: "schedule bots", Roles: admin},
			{ID: "manage_bots", Label: "manage bots", Roles: admin},
			{ID: "use_api", Label: "use the API", Roles: admin},
			{ID: "use_webhooks", Label: "use webhooks", Roles: admin},
			{ID: "use_integrations", Label: "use integrations", Roles: admin},
			{ID: "use_multitenancy", Label: "use multitenancy", Roles: admin},
			{ID: "change_settings", Label: "change settings", Roles: admin},
			{ID: "monitor_bots", Label: "monitor the performance of bots", Roles: all},
			{ID: "view_dashboards", Label: "view dashboards", Roles: all},
			{ID: "view_logs", Label: "view logs", Roles: all},
		}},
	}
}

// TeamProducts returns the predefined products, then those that the tenant has added.
func TeamProducts(added []TeamProduct) []TeamProduct {
	return append(PredefinedProducts(), added...)
}

// FindProduct returns the product with the id, and false if there is none.
func FindProduct(products []TeamProduct, id string) (TeamProduct, bool) {
	i := slices.IndexFunc(products, func(p TeamProduct) bool { return p.ID == id })
	if i < 0 {
		return TeamProduct{}, false
	}
	return products[i], true
}

// CheckAdded returns an error that explains why a tenant cannot have a product of its
// own: the id is that of a predefined product, or a role has no name or is named twice.
func CheckAdded(p TeamProduct) error {
	if _, ok := FindProduct(PredefinedProducts(), p.ID); ok {
		return fmt.Errorf("the product %s is predefined and cannot be changed or deleted", p.ID)
	}
	for i, role := range p.Roles {
		if strings.TrimSpace(role) != role || role == "" {
			return fmt.Errorf("role %d of the product %s is %q: a role has a name, without spaces around it", i+1, p.ID, role)
		}
		if slices.Contains(p.Roles[:i], role) {
			return fmt.Errorf("the product %s has the role %q twice: list each role once", p.ID, role)
		}
	}
	return nil
}

// Assignment is how a product is assigned to a member of a team.
type Assignment struct {
	Role        string // in the product; empty if it has none
	Permissions []string
}

// CheckAssignment returns an error that explains why one of the products cannot be
// assigned in this way.
func CheckAssignment(products []TeamProduct, product string, a Assignment) error {
	p, ok := FindProduct(products, product)
	switch {
	case !ok:
		ids := make([]string, len(products))
		for i := range products {
			ids[i] = products[i].ID
		}
		return fmt.Errorf("unknown product %q: use one of %s", product, strings.Join(ids, ", "))
	case len(p.Roles) == 0 && a.Role != "":
		return fmt.Errorf("%s has no roles: leave the role out", p.Label)
	case len(p.Roles) > 0 && a.Role == "":
		return fmt.Errorf("%s needs a role: use one of %s", p.Label, strings.Join(p.Roles, ", "))
	case len(p.Roles) > 0 && !slices.Contains(p.Roles, a.Role):
		return fmt.Errorf("%s has no role %q: use one of %s", p.Label, a.Role, strings.Join(p.Roles, ", "))
	}
	return p.checkPermissions(a.Permissions)
}

// checkPermissions returns an error for a permission that the product does not have.
func (p TeamProduct) checkPermissions(permissions []string) error {
	for _, given := range permissions {
		switch {
		case slices.Contains(p.Permissions, given):
		case len(p.Permissions) == 0:
			return fmt.Errorf("%s has no permissions: leave them out", p.Label)
		default:
			return fmt.Errorf("%s has no permission %q: use one of %s", p.Label, given, strings.Join(p.Permissions, ", "))
		}
	}
	return nil
}

// HeldProduct is a product that a member of a team may use.
type HeldProduct struct {
	Product     string
	Role        string   // in the product; empty if it has none
	Permissions []string // in the product, sorted
	ByTeamRole  bool     // held as Owner or Admin, regardless of assignments
}

// Holds returns which of the products a member with the role may use, in their order.
func (r TeamRole) Holds(products []TeamProduct, assigned map[string]Assignment) []HeldProduct {
	var held []HeldProduct
	for _, p := range products {
		a, ok := assigned[p.ID]
		switch r {
		case RoleOwner, RoleAdmin:
			all := ""
			if len(p.Roles) > 0 {
				all = p.Roles[0]
			}
			held = append(held, HeldProduct{Product: p.ID, Role: all, Permissions: slices.Clone(p.Permissions), ByTeamRole: true})
		case RoleMember:
			if ok {
				held = append(held, HeldProduct{Product: p.ID, Role: a.Role, Permissions: slices.Sorted(slices.Values(a.Permissions))})
			}
		}
	}
	return held
}

// may reports whether someone who uses the product in this way has the ability.
func (a ProductAbility) may(h HeldProduct) bool {
	return (len(a.Roles) == 0 || slices.Contains(a.Roles, h.Role)) && (a.Permission == "" || slices.Contains(h.Permissions, a.Permission))
}
