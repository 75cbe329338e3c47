package access

import (
	"errors"
	"slices"
)

// TeamAbility is something that the role in a team lets a person do (rule 16a).
type TeamAbility struct {
	ID, Label string
	Roles     []TeamRole // empty: nobody may
}

// TeamAbilities returns what a team role decides, in the order of reports.
func TeamAbilities() []TeamAbility {
	managers := []TeamRole{RoleOwner, RoleAdmin}
	return []TeamAbility{
		{"invite", "invite anybody", managers},
		{"change_roles", "change the role of anybody but the Owner", managers},
		{"grant_products", "give members any product", managers},
		{"revoke_products", "take products away from members", managers},
		{"exclude", "exclude anybody but the Owner", managers},
		{"transfer_ownership", "transfer the ownership to another member", []TeamRole{RoleOwner}},
		{"remove_owner", "remove the Owner", nil},
		{"billing_page", "open the Billing Page", []TeamRole{RoleOwner, RoleAdmin, RoleBillingContact}},
	}
}

// The scopes that a role in the team grants (rule 16b).
const (
	ScopeTeamRead    = "team.team_read"
	ScopeTeamManage  = "team.team_manage"
	ScopeBillingView = "team.billing_view" // the Billing Page, which another service shows
)

// The rights that scopes stand for, as changes name them.
const (
	manageTeam  = "manage_team"
	billingPage = "billing_page"
)

// may reports whether the role lets a person do something in the team.
func (r TeamRole) may(ability string) bool {
	return slices.ContainsFunc(TeamAbilities(), func(a TeamAbility) bool { return a.ID == ability && slices.Contains(a.Roles, r) })
}

// rights returns the rights of a role in the team.
func (r TeamRole) rights() []string {
	var held []string
	if r.may("invite") {
		held = append(held, manageTeam)
	}
	if r.may(billingPage) {
		held = append(held, billingPage)
	}
	return held
}

// scopes returns the scopes that the role grants a person who has joined.
func (r TeamRole) scopes() []string {
	var granted []string
	for _, right := range r.rights() {
		switch right {
		case billingPage:
			granted = append(granted, ScopeBillingView)
		case manageTeam:
			granted = append(granted, ScopeTeamManage, ScopeTeamRead)
		}
	}
	return granted
}

// CheckTransferBy returns an error that explains why a person with the role, or with
// none, cannot transfer the ownership of the team. API keys are not persons.
func CheckTransferBy(role TeamRole) error {
	if !role.may("transfer_ownership") {
		return errors.New("only the Owner transfers the ownership: ask the Owner")
	}
	return nil
}

// Abilities returns what the member may do in the team and in its products, as
// "team.invite" or "orchestrator.view_logs" (rule 16a). Only a member who has joined and
// is not locked may do anything. What a tenant's own products allow is not known here.
func (m TeamMember) Abilities() []string {
	var list []string
	for _, a := range TeamAbilities() {
		if slices.Contains(a.Roles, m.Role) {
			list = append(list, "team."+a.ID)
		}
	}
	products := PredefinedProducts()
	for _, h := range m.Role.Holds(products, m.Assigned) {
		p, _ := FindProduct(products, h.Product)
		for _, a := range p.Abilities {
			if a.may(h) {
				list = append(list, p.ID+"."+a.ID)
			}
		}
	}
	return list
}

// rightChanges compares the rights in the team.
func rightChanges(was, is *StateUser) []Change {
	before, after := was.teamRights(), is.teamRights()
	var changes []Change
	for _, right := range []string{manageTeam, billingPage} {
		switch had, has := slices.Contains(before, right), slices.Contains(after, right); {
		case had && !has:
			changes = append(changes, Change{Kind: Lost, Area: AreaTeamRight, Entity: right, From: "held", To: None.String(), Loss: true})
		case has && !had:
			changes = append(changes, Change{Kind: Gained, Area: AreaTeamRight, Entity: right, From: None.String(), To: "held"})
		}
	}
	return changes
}

// teamRights returns the rights in the team; none for a locked user.
func (u *StateUser) teamRights() []string {
	if u == nil || u.Team == nil || u.Locked {
		return nil
	}
	return u.Team.Role.rights()
}

func (c Change) rightText() string {
	if c.Entity == billingPage {
		return c.verb() + " access to the Billing Page"
	}
	return c.verb() + " the right to manage the team"
}
