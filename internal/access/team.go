package access

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// TeamRole is a member's role in the team of a tenant (rule 16).
type TeamRole string

// The roles of a team.
const (
	RoleOwner          TeamRole = "owner" // exactly one, always
	RoleAdmin          TeamRole = "admin"
	RoleMember         TeamRole = "member"
	RoleBillingContact TeamRole = "billing_contact"
)

// GivenRoles returns the roles that can be assigned to a member. Owner is not one
// of them: ownership is transferred from one member to another.
func GivenRoles() []TeamRole { return []TeamRole{RoleAdmin, RoleMember, RoleBillingContact} }

// CheckGivenRole returns an error that explains why a role cannot be assigned to
// a member.
func CheckGivenRole(role string) error {
	if TeamRole(role) == RoleOwner {
		return errors.New("the role owner cannot be assigned: a team always has exactly one Owner; invite the member in another role and transfer the ownership once they have joined")
	}
	if !slices.Contains(GivenRoles(), TeamRole(role)) {
		return fmt.Errorf("unknown team role %q: use one of admin, member, billing_contact", role)
	}
	return nil
}

// CheckRoleChange returns an error that explains why a member cannot change from
// one role to another.
func CheckRoleChange(from, to TeamRole) error {
	if from == RoleOwner && to != RoleOwner {
		return errors.New("the Owner's role cannot change, because a team always has an Owner: transfer the ownership to another member first; the former Owner becomes an Admin")
	}
	return nil
}

// CheckRemoval returns an error that explains why a member with the role cannot
// leave the team.
func CheckRemoval(role TeamRole) error {
	if role == RoleOwner {
		return errors.New("the Owner cannot be removed, because a team always has an Owner: transfer the ownership to another member first")
	}
	return nil
}

// CheckLock returns an error that explains why the user of a member with the role
// cannot be locked.
func CheckLock(role TeamRole) error {
	if role == RoleOwner {
		return errors.New("the Owner cannot be locked, because a team always has an Owner: transfer the ownership to another member first")
	}
	return nil
}

// CheckNewOwner returns an error that explains why a member cannot become the
// Owner: the member has not joined, or the user is locked.
func CheckNewOwner(joined, locked bool) error {
	if locked {
		return errors.New("the member's user is locked, and the Owner cannot be locked: unlock the user first")
	}
	if !joined {
		return errors.New("the invited member has not joined the team yet: transfer the ownership once they have accepted the invitation")
	}
	return nil
}

// FormerOwnerRole is the role of a member after transferring the ownership to
// another.
const FormerOwnerRole = RoleAdmin

// TeamProduct is a product that the members of a team work with.
type TeamProduct struct {
	ID    string
	Label string
	// Roles are the roles that a member can have in the product, the one with all
	// rights first; empty if everyone may do everything.
	Roles []string
}

// TeamProducts returns all products of a team.
func TeamProducts() []TeamProduct {
	return []TeamProduct{
		{ID: "studio_pro", Label: "Studio Pro"},
		{ID: "bot_runner", Label: "Bot Runner"},
		{ID: "orchestrator", Label: "SaaS Orchestrator", Roles: []string{"admin", "analyst"}},
	}
}

// CheckProductRole returns an error that explains why a product cannot be
// assigned with a role; an empty role means none.
func CheckProductRole(product, role string) error {
	products := TeamProducts()
	i := slices.IndexFunc(products, func(p TeamProduct) bool { return p.ID == product })
	switch {
	case i < 0:
		return fmt.Errorf("unknown product %q: use one of studio_pro, bot_runner, orchestrator", product)
	case len(products[i].Roles) == 0 && role != "":
		return fmt.Errorf("%s has no roles: leave the role out", products[i].Label)
	case len(products[i].Roles) == 0:
		return nil
	case role == "":
		return fmt.Errorf("%s needs a role: use one of %s", products[i].Label, strings.Join(products[i].Roles, ", "))
	case !slices.Contains(products[i].Roles, role):
		return fmt.Errorf("%s has no role %q: use one of %s", products[i].Label, role, strings.Join(products[i].Roles, ", "))
	}
	return nil
}

// CheckAssignable returns an error that explains why products cannot be assigned
// to a member with the role.
func CheckAssignable(role TeamRole) error {
	switch role {
	case RoleOwner:
		return errors.New("the Owner already holds every product, including new ones: there is nothing to assign")
	case RoleAdmin:
		return errors.New("an Admin already holds every product, including new ones: there is nothing to assign; to assign single products, change the role to member first")
	case RoleBillingContact:
		return errors.New("billing contacts see only billing and cannot hold products: change the role to member first")
	}
	return nil
}

// HeldProduct is a product that a member of a team may use.
type HeldProduct struct {
	Product    string
	Role       string // in the product; empty if it has none
	ByTeamRole bool   // held as Owner or Admin, regardless of assignments
}

// Holds returns the products that a member with the role may use, in the order of
// TeamProducts. assigned maps each assigned product to the role in it.
func (r TeamRole) Holds(assigned map[string]string) []HeldProduct {
	var held []HeldProduct
	for _, p := range TeamProducts() {
		role, ok := assigned[p.ID]
		switch r {
		case RoleOwner, RoleAdmin:
			all := ""
			if len(p.Roles) > 0 {
				all = p.Roles[0]
			}
			held = append(held, HeldProduct{Product: p.ID, Role: all, ByTeamRole: true})
		case RoleMember:
			if ok {
				held = append(held, HeldProduct{Product: p.ID, Role: role})
			}
		}
	}
	return held
}

// KeepsAssigned reports whether a member who changes to the role keeps the
// products assigned to them. Owner and Admins hold every product in the meantime;
// the assignments count again once they are members again.
func (r TeamRole) KeepsAssigned() bool { return r != RoleBillingContact }

// TeamMember is a member of a tenant's team.
type TeamMember struct {
	Role     TeamRole
	Assigned map[string]string // the role in each assigned product
}

// rank orders the roles of a team; no role is the lowest.
func (r TeamRole) rank() int {
	return slices.Index([]TeamRole{RoleBillingContact, RoleMember, RoleAdmin, RoleOwner}, r)
}

// teamChanges compares a member's role, then the products. nil means that the
// person is not in the team.
func teamChanges(was, is *TeamMember) []Change {
	var before, after TeamMember
	if was != nil {
		before = *was
	}
	if is != nil {
		after = *is
	}
	var changes []Change
	if before.Role != after.Role {
		changes = append(changes, rankChange(AreaTeam, "", string(before.Role), string(after.Role), after.Role.rank()-before.Role.rank()))
	}
	had, has := before.held(), after.held()
	for _, p := range TeamProducts() {
		from, to := had[p.ID], has[p.ID]
		if from != to {
			changes = append(changes, rankChange(AreaProduct, p.ID, from, to, p.rank(to)-p.rank(from)))
		}
	}
	return changes
}

// held returns the role in each product that the member may use; "user" if the
// product has no roles.
func (m TeamMember) held() map[string]string {
	roles := map[string]string{}
	for _, h := range m.Role.Holds(m.Assigned) {
		roles[h.Product] = cmp.Or(h.Role, "user")
	}
	return roles
}

// rank orders the roles in the product; no role is the lowest.
func (p TeamProduct) rank(role string) int {
	if role == "" {
		return -len(p.Roles) - 1
	}
	return -slices.Index(p.Roles, role)
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
