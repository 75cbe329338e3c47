package review

import (
	"maps"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

func (a *applied) endUser(c change) {
	before := c.before
	if u := a.user(before.text("id"), before.text("email")); u != nil {
		a.removeUser(u, before.text("on_destroy"))
	}
}

func (a *applied) endUsers(c change) {
	if c.does("create") {
		return // the users of a table that is replaced stay
	}
	table, _ := access.ParseUsersCSV(c.before.text("csv"))
	for _, row := range table.Users {
		if u := a.user("", row.Email); u != nil {
			a.removeUser(u, c.before.text("on_destroy"))
		}
	}
}

func (a *applied) endGroup(c change) {
	before := c.before
	id := before.text("id")
	force, _ := before["force_delete"].(bool)
	if n := a.members(id); n > 0 && !force {
		a.note(c, "the group still has members (%d) and force_delete is not set: the apply will fail, unless they leave first", n)
	}
	a.removeGroups(id)
	delete(a.outside, id)
}

// endVendor takes away the groups that came with the vendor.
func (a *applied) endVendor(c change) {
	a.removeGroups(slices.Collect(maps.Values(c.before.textMap("group_ids")))...)
}

func (a *applied) endMembership(c change) {
	before := c.before
	if u := a.user(before.text("user_id"), ""); u != nil {
		leave(u, before.text("group_id"))
	}
}

func (a *applied) endMembers(c change) {
	before := c.before
	listed := newMemberList(before.textMap("members"))
	for _, u := range a.users {
		if listed.has(u) {
			leave(u, before.text("group_id"))
		}
	}
}

func (a *applied) endUserGroups(c change) {
	before := c.before
	if u := a.user(before.text("user_id"), ""); u != nil {
		leave(u, before.texts("group_ids")...)
	}
}

// memberList is who an iam_group_members lists: by id where that is known, else
// by e-mail.
type memberList struct {
	ids    map[string]string // to e-mail
	emails map[string]bool   // in lower case
}

func newMemberList(members map[string]string) memberList {
	l := memberList{ids: map[string]string{}, emails: map[string]bool{}}
	for email, id := range members {
		l.ids[id] = email
	}
	return l
}

func (l memberList) has(u *access.StateUser) bool {
	_, listed := l.ids[u.ID]
	return listed && u.ID != "" || l.emails[strings.ToLower(u.Email)]
}
