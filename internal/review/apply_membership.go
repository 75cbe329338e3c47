package review

import (
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

func (a *applied) endUserGroups(c change) {
	for _, id := range c.before.texts("group_ids") {
		a.Leave(id, access.StateUser{ID: c.before.text("user_id")})
	}
}

func (a *applied) putUserGroups(c change) {
	if u, ok := a.userOf(c, "user_id"); ok {
		a.setGroups(c, u)
	}
}

func (a *applied) endMembers(c change) {
	for email, id := range c.before.textMap("members") {
		a.Leave(c.before.text("group_id"), access.StateUser{ID: id, Email: email})
	}
}

// putMembers sets the members of a group to those listed.
func (a *applied) putMembers(c change) {
	group, ok := a.groupOf(c)
	if !ok || c.after.text("user_type") == string(access.Customer) || a.outside[group] {
		return
	}
	if c.unknown["members"] == true {
		a.note(c, "the members are not known before the apply")
		return
	}
	var listed []access.StateUser
	for email, id := range c.after.textMap("members") {
		listed = append(listed, access.StateUser{ID: id, Email: email})
	}
	unknown, _ := c.unknown["members"].(map[string]any)
	for email, is := range unknown {
		if hasTrue(is) {
			listed = append(listed, access.StateUser{Email: email})
		}
	}
	slices.SortFunc(listed, func(a, b access.StateUser) int { return strings.Compare(a.Email, b.Email) })
	for _, u := range listed {
		switch _, there := a.User(u); {
		case there:
		case a.prior:
			a.AddUser(u)
		default:
			a.note(c, "the user %s is not known before the apply", u.Email)
		}
	}
	a.SetMembers(group, listed)
}

func (a *applied) endMembership(c change) {
	a.Leave(c.before.text("group_id"), access.StateUser{ID: c.before.text("user_id")})
}

func (a *applied) putMembership(c change) {
	if c.after.text("user_type") == string(access.Customer) {
		return
	}
	user, known := a.userOf(c, "user_id")
	if group, ok := a.groupOf(c); known && ok {
		a.Join(group, user)
	}
}

// userOf returns the user that an attribute names. If the user is not known, it
// adds a note and ok is false.
func (a *applied) userOf(c change, attribute string) (u access.StateUser, ok bool) {
	id := c.after.text(attribute)
	if !c.isUnknown(attribute) {
		u = access.StateUser{ID: id, Email: a.members[id]}
		if a.prior && id != "" {
			a.AddUser(u)
		}
		if is, ok := a.User(u); ok {
			return is, true
		}
		a.note(c, "no user has the id %s", id)
		return u, false
	}
	wanted := "iam_user"
	if attribute == "member_id" {
		wanted = "iam_team_member"
	}
	m := a.find.resolve(c, attribute, wanted)
	if address, sure := m.one(); sure {
		if u, ok := a.users[address]; ok {
			return u, true
		}
	}
	a.note(c, "the user is not known before the apply%s", m.candidates())
	return u, false
}

// groupOf returns the id of the group that group_id names. If the group is not
// known, it adds a note and ok is false.
func (a *applied) groupOf(c change) (id string, ok bool) {
	if !c.isUnknown("group_id") {
		return c.after.text("group_id"), true
	}
	m := a.find.resolve(c, "group_id", "iam_group", "iam_vendor")
	if address, sure := m.one(); sure && a.groups[address] != "" {
		return a.groups[address], true
	}
	a.note(c, "the group is not known before the apply%s", m.candidates())
	return "", false
}

// readData records the users and groups of data sources that are read during
// the apply.
func (a *applied) readData(t *part) {
	for _, c := range t.data {
		switch c.typeName {
		case "iam_user":
			a.users[c.address] = access.StateUser{ID: c.after.text("id"), Email: c.after.text("email")}
		case "iam_group":
			a.groups[c.address] = c.after.text("id")
		}
	}
}
