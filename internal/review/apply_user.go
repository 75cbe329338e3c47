package review

import (
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/access/usertable"
)

// The values of on_destroy.
const (
	onDestroyKeep = "keep"
	onDestroyLock = "lock"
)

// nameUser records the address of a user.
func (a *applied) nameUser(c change) {
	if c.deposed == "" {
		a.users[c.address] = access.StateUser{ID: c.before.text("id"), Email: c.before.text("email")}
	}
}

func (a *applied) endUser(c change) {
	if c.replacesSame("email") {
		return // the new user gets everything back
	}
	// Another user can have the e-mail address by now.
	a.removeUser(c, access.StateUser{ID: c.before.text("id")}, c.before.text("on_destroy"))
}

// removeUser destroys a user according to on_destroy.
func (a *applied) removeUser(c change, u access.StateUser, onDestroy string) {
	is, ok := a.User(u)
	switch {
	case !ok || onDestroy == onDestroyKeep:
	case is.Team != nil && is.Team.Role == access.RoleOwner && !a.transfers:
		a.note(c, "%s is the Owner of the team and stays in the tenant until the ownership is transferred", is.Email)
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
		a.note(c, "the e-mail address is not known before the apply: the user is listed by its address in the configuration")
		u.Email = c.address
	}
	if is, ok := a.User(u); ok && !is.Outside {
		if c.actionList() == "create" {
			a.note(c, "a user with the e-mail %s already exists: the apply fails unless adopt_existing is set", u.Email)
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

// endUsers removes the users whose rows are removed from a table. Replacing a
// table removes no users.
func (a *applied) endUsers(c change) {
	if c.does(tfjson.ActionCreate) || c.isUnknown("csv") {
		return
	}
	listed, onDestroy := map[string]bool{}, c.before.text("on_destroy")
	if c.does(tfjson.ActionUpdate) {
		onDestroy = c.after.text("on_destroy")
		table, err := usertable.Parse(c.after.text("csv"))
		if err != nil {
			return // the table cannot be read, which putUsers notes
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

// putUsers creates and updates the users of a table. A missing column changes
// nothing.
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

// setGroups sets the user's groups to group_ids. If some ids are unknown and
// are not those of groups that the plan creates, it removes no group, because
// the unknown ids could be present groups.
func (a *applied) setGroups(c change, u access.StateUser) {
	known := c.after.texts("group_ids")
	if !c.isUnknown("group_ids") {
		a.SetGroups(u, known)
		return
	}
	m := a.find.resolve(c, "group_ids", "iam_group", "iam_vendor")
	var added []string // by this plan; their ids are known after the apply
	for _, address := range m.addresses {
		id := a.groups[address]
		switch {
		case id == "" || slices.Contains(known, id):
		case slices.Contains(m.open, address):
			added = append(added, id)
		default:
			known = append(known, id)
		}
	}
	list, _ := c.after["group_ids"].([]any)
	missing := len(list) - len(c.after.texts("group_ids"))
	known = append(known, added...)
	if m.sure && list != nil && missing == len(added) {
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
		a.note(c, "some groups are not known before the apply: the review adds %s to the present groups of the user", strings.Join(known, ", "))
	}
}
