package access

import (
	"cmp"
	"slices"
	"strings"
)

// TeamMember is a member of a tenant's team.
type TeamMember struct {
	Role     TeamRole
	Assigned map[string]Assignment // by product
}

// rank orders the roles of a team; no role is the lowest.
func (r TeamRole) rank() int {
	return slices.Index([]TeamRole{RoleBillingContact, RoleMember, RoleAdmin, RoleOwner}, r)
}

// teamChanges compares a member's role, then the products of the team before and after.
// nil means that the person is not in the team.
func teamChanges(was, is *TeamMember, before, after []TeamProduct) []Change {
	if was == nil && is == nil {
		return nil
	}
	var had, has TeamMember
	if was != nil {
		had = *was
	}
	if is != nil {
		has = *is
	}
	var changes []Change
	if had.Role != has.Role {
		changes = append(changes, rankChange(AreaTeam, "", string(had.Role), string(has.Role), has.Role.rank()-had.Role.rank()))
	}
	held, holds := had.held(before), has.held(after)
	for _, p := range joinProducts(after, before) {
		from, to := held[p.ID], holds[p.ID]
		if f, t := from.text(), to.text(); f != t {
			changes = append(changes, rankChange(AreaProduct, p.ID, f, t, p.compare(from, to)))
		}
	}
	return changes
}

// joinProducts returns the products of both lists, those of the first one first.
func joinProducts(a, b []TeamProduct) []TeamProduct {
	all := TeamProducts(a)
	for _, p := range b {
		if _, known := FindProduct(all, p.ID); !known {
			all = append(all, p)
		}
	}
	return all
}

// held returns how the member may use each product.
func (m TeamMember) held(added []TeamProduct) map[string]HeldProduct {
	held := map[string]HeldProduct{}
	for _, h := range m.Role.Holds(TeamProducts(added), m.Assigned) {
		held[h.Product] = h
	}
	return held
}

// text returns the role, "user" if the product has none, with the permissions; empty if
// the product is not held.
func (h HeldProduct) text() string {
	if h.Product == "" {
		return ""
	}
	role := cmp.Or(h.Role, "user")
	if len(h.Permissions) == 0 {
		return role
	}
	return role + " with " + strings.Join(h.Permissions, " and ")
}

// compare returns whether someone who changes from one use of the product to another
// rises, as a positive number. No use is the lowest, then count the role and the number
// of permissions.
func (p TeamProduct) compare(from, to HeldProduct) int {
	return cmp.Or(p.rank(to)-p.rank(from), len(to.Permissions)-len(from.Permissions))
}

// rank orders the roles in the product.
func (p TeamProduct) rank(h HeldProduct) int {
	if h.Product == "" {
		return -len(p.Roles) - 1
	}
	return -slices.Index(p.Roles, h.Role)
}

func rankChange(area Area, entity, from, to string, rise int) Change {
	c := Change{Kind: Raised, Area: area, Entity: entity, From: cmp.Or(from, None.String()), To: cmp.Or(to, None.String()), Loss: rise < 0}
	switch {
	case from == "":
		c.Kind = Gained
	case to == "":
		c.Kind = Lost
	case c.Loss:
		c.Kind = Lowered
	}
	return c
}

func (c Change) teamText() string {
	switch c.Kind {
	case Gained:
		return "joins the team as " + c.To
	case Lost:
		return "leaves the team, where they were " + c.From
	}
	return "changes from " + c.From + " to " + c.To + " in the team"
}

func (c Change) productText() string {
	switch c.Kind {
	case Gained:
		return "gains the product " + c.Entity + " as " + c.To
	case Lost:
		return "loses the product " + c.Entity + ", held as " + c.From
	}
	return "changes from " + c.From + " to " + c.To + " in the product " + c.Entity
}
