package access

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// TeamRole is what an account is in the team of a tenant (rule 16).
type TeamRole string

// The roles of a team.
const (
	RoleOwner          TeamRole = "owner" // exactly one, always
	RoleAdmin          TeamRole = "admin"
	RoleMember         TeamRole = "member"
	RoleBillingContact TeamRole = "billing_contact"
)

// GivenRoles are the roles that a member can be given. Ownership is not given:
// it moves from one member to another.
func GivenRoles() []TeamRole { return []TeamRole{RoleAdmin, RoleMember, RoleBillingContact} }

// CheckGivenRole explains why a role cannot be given to a member.
func CheckGivenRole(role string) error {
	if TeamRole(role) == RoleOwner {
		return errors.New("the role owner cannot be given: a team has one Owner, always; invite the member in another role and transfer the ownership once it has joined")
	}
	if !slices.Contains(GivenRoles(), TeamRole(role)) {
		return fmt.Errorf("there is no role %q in a team: use one of admin, member, billing_contact", role)
	}
	return nil
}

// CheckRoleChange explains why a member cannot change from one role to
// another.
func CheckRoleChange(from, to TeamRole) error {
	if from == RoleOwner && to != RoleOwner {
		return errors.New("the Owner's role cannot change, for a team is never without one: transfer the ownership to another member first, which makes the former Owner an Admin")
	}
	return nil
}

// CheckRemoval explains why a member with the role cannot leave the team.
func CheckRemoval(role TeamRole) error {
	if role == RoleOwner {
		return errors.New("the Owner cannot be removed, for a team is never without one: transfer the ownership to another member first")
	}
	return nil
}

// CheckLock explains why the user of a member with the role cannot be locked.
func CheckLock(role TeamRole) error {
	if role == RoleOwner {
		return errors.New("the Owner cannot be locked, for a team is never without one: transfer the ownership to another member first")
	}
	return nil
}

// CheckNewOwner explains why a member cannot become the Owner: one who has not
// joined, or whose user is locked.
func CheckNewOwner(joined, locked bool) error {
	if locked {
		return errors.New("the member's user is locked, and an Owner never is: unlock the user first")
	}
	if !joined {
		return errors.New("the member was invited and has not joined the team yet: the ownership can be transferred once the invitation is accepted")
	}
	return nil
}

// FormerOwnerRole is the role of a member whose ownership went to another.
const FormerOwnerRole = RoleAdmin

// TeamProduct is a product that the members of a team work with.
type TeamProduct struct {
	ID    string
	Label string
	// Roles are what a member can be in the product, the one with all rights
	// first; empty where everybody may do everything.
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

// CheckProductRole explains why a product cannot be assigned with a role; an
// empty role is none.
func CheckProductRole(product, role string) error {
	products := TeamProducts()
	i := slices.IndexFunc(products, func(p TeamProduct) bool { return p.ID == product })
	switch {
	case i < 0:
		return fmt.Errorf("there is no product %q: use one of studio_pro, bot_runner, orchestrator", product)
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

// CheckAssignable explains why products cannot be assigned to a member with
// the role.
func CheckAssignable(role TeamRole) error {
	switch role {
	case RoleOwner:
		return errors.New("the Owner holds every product already, new ones too: there is nothing to assign")
	case RoleAdmin:
		return errors.New("an Admin holds every product already, new ones too: there is nothing to assign; give the role member to someone who is to hold single products")
	case RoleBillingContact:
		return errors.New("billing contacts see billing only and hold no product: give the role member first")
	}
	return nil
}

// HeldProduct is a product that a member of a team may use.
type HeldProduct struct {
	Product    string
	Role       string // in the product; empty where it has none
	ByTeamRole bool   // held for being Owner or Admin, whatever is assigned
}

// Holds returns the products that a member with the role may use, in the order
// of TeamProducts; assigned has the role in each product that was assigned.
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

// KeepsAssigned reports whether a member keeps the products that were assigned
// when it changes to the role. Owner and Admins hold every product meanwhile,
// and what was assigned counts again once they are members again.
func (r TeamRole) KeepsAssigned() bool { return r != RoleBillingContact }

// CheckEmailDomain explains why someone with the e-mail address cannot be
// invited to a tenant that names its company's domains. Case does not count; no
// domain named means that every one will do.
func CheckEmailDomain(email string, domains []string) error {
	if len(domains) == 0 {
		return nil
	}
	domain := email[strings.LastIndex(email, "@")+1:]
	for _, d := range domains {
		if strings.EqualFold(domain, strings.TrimPrefix(strings.TrimSpace(d), "@")) {
			return nil
		}
	}
	return fmt.Errorf("%s is no address of the company: the tenant invites only addresses of %s", email, strings.Join(domains, ", "))
}

// TeamMember is what someone is in the team of a tenant.
type TeamMember struct {
	Role     TeamRole
	Assigned map[string]string // the role in each product that is assigned
}

// rank orders the roles of a team; none is the lowest.
func (r TeamRole) rank() int {
	return slices.Index([]TeamRole{RoleBillingContact, RoleMember, RoleAdmin, RoleOwner}, r)
}

// teamChanges compares what someone is in the team, nil for nothing: the role,
// then the products.
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

// held returns the role in each product that the member may use; "user" where
// the product has none.
func (m TeamMember) held() map[string]string {
	roles := map[string]string{}
	for _, h := range m.Role.Holds(m.Assigned) {
		roles[h.Product] = cmp.Or(h.Role, "user")
	}
	return roles
}

// rank orders the roles in the product; none is the lowest.
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
		return "leaves the team, where it was " + c.From
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
