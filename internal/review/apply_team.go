package review

import (
	"github.com/access-config/terraform-provider-iam/internal/access"
)

// nameMember records a member of the team by id, because other objects use the
// id.
func (a *applied) nameMember(c change) {
	email := c.before.text("email")
	a.members[c.before.text("id")] = email
	if c.deposed == "" {
		a.users[c.address] = access.StateUser{Email: email}
	}
}

func (a *applied) putMember(c change) {
	u := access.StateUser{Email: c.after.text("email")}
	if c.isUnknown("email") {
		a.note(c, "the e-mail address is not known before the apply: the member is listed by its address in the configuration")
		u.Email = c.address
	}
	a.users[c.address] = u
	if id := c.after.text("id"); id != "" {
		a.members[id] = u.Email
	}
	if c.isUnknown("role") {
		a.note(c, "the role in the team is not known before the apply")
		return
	}
	a.SetTeam(u, access.TeamRole(c.after.text("role")))
}

func (a *applied) endMember(c change) {
	u := access.StateUser{Email: c.before.text("email")}
	if is, _ := a.User(u); is.Team != nil && is.Team.Role == access.RoleOwner && !a.transfers {
		a.note(c, "%s is the Owner of the team and stays a member until the ownership is transferred", u.Email)
		return
	}
	if !c.replacesSame("email") {
		a.LeaveTeam(u)
	}
}

func (a *applied) putOwner(c change) {
	if u, ok := a.userOf(c, "member_id"); ok {
		a.SetOwner(u)
	}
}

func (a *applied) putProduct(c change) {
	if c.isUnknown("id") || c.isUnknown("roles") {
		a.note(c, "the id of the product, or its roles, are not known before the apply: the Owner and Admins of the team get it")
		return
	}
	a.SetProduct(access.TeamProduct{ID: c.after.text("id"), Label: c.after.text("label"), Roles: c.after.texts("roles")})
}

func (a *applied) endProduct(c change) { a.RemoveProduct(c.before.text("id")) }

func (a *applied) putAssignment(c change) {
	u, ok := a.userOf(c, "member_id")
	if !ok {
		return
	}
	if c.isUnknown("product") || c.isUnknown("role") || c.isUnknown("permissions") {
		a.note(c, "the product, or the role or the permissions in it, are not known before the apply")
		return
	}
	a.Assign(u, c.after.text("product"), access.Assignment{Role: c.after.text("role"), Permissions: c.after.texts("permissions")})
}

func (a *applied) endAssignment(c change) {
	id := c.before.text("member_id")
	a.Unassign(access.StateUser{ID: id, Email: a.members[id]}, c.before.text("product"))
}

// putMake sets the Make organization of the tenant.
func (a *applied) putMake(c change) {
	id := c.after.text("organization_id")
	if c.isUnknown("organization_id") {
		a.note(c, "the Make organization is not known before the apply")
	}
	sync, prune := c.after["sync"] == true, c.after["prune_stale"] == true
	a.SetMake(id, sync, prune)
}

func (a *applied) endMake(c change) {
	if !c.replacesSame("organization_id") {
		a.RemoveMake()
	}
}
