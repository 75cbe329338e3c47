package review

import (
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/access/usertable"
)

// What the destruction of a user does (on_destroy).
const (
	onDestroyKeep = "keep"
	onDestroyLock = "lock"
)

// nameUser remembers under which address a user is known.
func (a *applied) nameUser(c change) {
	if c.deposed == "" {
		a.users[c.address] = access.StateUser{ID: c.before.text("id"), Email: c.before.text("email")}
	}
}

func (a *applied) endUser(c change) {
	if c.replacesSame("email") {
		return // who comes gets everything back
	}
	// Somebody else may have the e-mail by now.
	a.removeUser(c, access.StateUser{ID: c.before.text("id")}, c.before.text("on_destroy"))
}

// removeUser does what the destruction of a user does.
func (a *applied) removeUser(c change, u access.StateUser, onDestroy string) {
	is, ok := a.User(u)
	switch {
	case !ok || onDestroy == onDestroyKeep:
	case is.Team != nil && is.Team.Role == access.RoleOwner && !a.transfers:
		a.note(c, "%s is the Owner of the team, and stays in the tenant as long", is.Email)
	case onDestroy == onDestroyLock:
		a.Lock(u, true)
		a.SetGroups(u, nil)
	default:
		a.RemoveUser(u)
	}
}

func (a *applied) putUser(c change) {
	after := c.after
	u := access.StateUser{Email: after.text("email"), Name: strings.TrimSpace(after.text("first_name") + " " + after.text("last_name"))}
	if !c.isUnknown("id") {
		u.ID = after.text("id")
	}
	if c.isUnknown("email") {
		a.note(c, "the e-mail is not known before the apply: the user is listed under its address")
		u.Email = c.address
	}
	if is, ok := a.User(u); ok && !is.Outside {
		if c.doing() == "create" {
			a.note(c, "a user with the e-mail %s is there already: the apply fails, unless adopt_existing has it take the user over", u.Email)
		}
		a.Rename(u, u.Name)
	} else {
		a.AddUser(u)
	}
	a.users[c.address] = u
	switch locked, known := after["locked"].(bool); {
	case known:
		a.Lock(u, locked)
	case c.isUnknown("locked"):
		a.note(c, "whether the user is locked is not known before the apply")
	case a.prior:
		a.Lock(u, after.text("status") == "INACTIVE")
	}
	if after["group_ids"] != nil || c.isUnknown("group_ids") {
		a.setGroups(c, u)
	}
}

// endUsers removes the users of a table that have no row any more. Those of one
// that is replaced stay.
func (a *applied) endUsers(c change) {
	if c.does(tfjson.ActionCreate) || c.isUnknown("csv") {
		return
	}
	listed, onDestroy := map[string]bool{}, c.before.text("on_destroy")
	if c.does(tfjson.ActionUpdate) {
		onDestroy = c.after.text("on_destroy")
		table, err := usertable.Parse(c.after.text("csv"))
		if err != nil {
			return // nothing is done then, as putUsers tells
		}
		for _, row := range table.Users {
			listed[strings.ToLower(row.Email)] = true
		}
	}
	former, _ := usertable.Parse(c.before.text("csv"))
	for _, row := range former.Users {
		if !listed[strings.ToLower(row.Email)] {
			a.removeUser(c, access.StateUser{Email: row.Email}, onDestroy)
		}
	}
}

// putUsers makes and changes the users of a table; a column that is not there
// says nothing.
func (a *applied) putUsers(c change) {
	if c.isUnknown("csv") {
		a.note(c, "the users are not known before the apply")
		return
	}
	table, err := usertable.Parse(c.after.text("csv"))
	if err != nil {
		a.note(c, "the users cannot be read: %v", err)
		return
	}
	for _, row := range table.Users {
		u := access.StateUser{Email: row.Email, Name: strings.TrimSpace(row.FirstName + " " + row.LastName)}
		a.AddUser(u)
		a.Rename(u, u.Name)
		if table.Has("locked") {
			a.Lock(u, row.Locked)
		}
		if table.Has("groups") {
			a.SetGroups(u, row.Groups)
		}
	}
}

// setGroups puts the user into the groups of group_ids and no others. Where
// groups that the plan makes do not account for all that is not known, none is
// taken away: which of the present ones stay is not known either.
func (a *applied) setGroups(c change, u access.StateUser) {
	known := c.after.texts("group_ids")
	if !c.isUnknown("group_ids") {
		a.SetGroups(u, known)
		return
	}
	m := a.find.resolve(c, "group_ids", "iam_group", "iam_vendor")
	var made []string // by this plan, under ids that the apply chooses
	for _, address := range m.addresses {
		id := a.groups[address]
		switch {
		case id == "" || slices.Contains(known, id):
		case slices.Contains(m.open, address):
			made = append(made, id)
		default:
			known = append(known, id)
		}
	}
	list, _ := c.after["group_ids"].([]any)
	missing := len(list) - len(c.after.texts("group_ids"))
	known = append(known, made...)
	if m.sure && list != nil && missing == len(made) {
		a.SetGroups(u, known)
		return
	}
	for _, id := range known {
		a.Join(id, u)
	}
	slices.Sort(known)
	if len(known) == 0 {
		a.note(c, "the groups are not known before the apply")
	} else {
		a.note(c, "not all groups are known before the apply: reviewed with %s, besides those that the user has", strings.Join(known, ", "))
	}
}
