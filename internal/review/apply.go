package review

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// applied is a tenant in memory to which the changes of a plan are made, as the
// apply would make them.
type applied struct {
	tenant     string
	users      []*access.StateUser
	byID       map[string]*access.StateUser
	byEmail    map[string]*access.StateUser // in lower case
	groups     []access.Group
	userAt     map[string]*access.StateUser // by address
	groupAt    map[string]string            // id by address
	outside    map[string]bool              // groups by id that are not for employees
	planned    map[string]bool              // groups by id whose access the plan says
	find       *resolver
	make       access.MakeState
	rights     access.Rights
	unresolved []Unresolved
}

// cloneRights returns rights whose templates can be changed.
func cloneRights(r access.Rights) access.Rights {
	r.Templates = maps.Clone(r.Templates)
	if r.Templates == nil {
		r.Templates = map[string][]string{}
	}
	return r
}

// applyPlan returns the state after the plan. Deletions come first: what the
// plan takes away in one place and gives in another stays.
func applyPart(t *part, find *resolver) *applied {
	before := t.before
	a := &applied{
		tenant: t.name, groups: slices.Clone(before.Groups), byID: map[string]*access.StateUser{}, byEmail: map[string]*access.StateUser{}, userAt: map[string]*access.StateUser{}, groupAt: map[string]string{},
		outside: map[string]bool{}, planned: map[string]bool{}, make: before.Make, rights: cloneRights(before.Rights), find: find,
	}
	for _, u := range before.Users {
		u.GroupIDs = slices.Clone(u.GroupIDs)
		a.addUser(&u)
	}
	type doing struct {
		resourceType string
		do           func(change)
	}
	pass := func(steps []doing, actions ...tfjson.Action) {
		for _, step := range steps {
			for _, c := range t.changes {
				if c.typeName == step.resourceType && c.does(actions...) {
					step.do(c)
				}
			}
		}
	}
	pass([]doing{{"iam_user", a.nameUser}, {"iam_group", a.nameGroup}}, "no-op", "update", "read", "forget", "delete")
	for _, c := range t.changes {
		if c.changes() && !slices.Contains(reviewed, c.typeName) && !slices.Contains(harmless, c.typeName) {
			a.note(c, "what the type %s does to access is not known to this release", c.typeName)
		}
	}
	for _, i := range t.actions {
		if i.first() {
			a.invoke(i)
		}
	}
	pass([]doing{
		{"iam_group_membership", a.endMembership},
		{"iam_group_members", a.endMembers},
		{"iam_user_groups", a.endUserGroups},
		{"iam_users_csv", a.endUsers},
		{"iam_user", a.endUser},
		{"iam_group", a.endGroup},
		{"iam_vendor", a.endVendor},
		{"iam_make_organization", a.endMake},
	}, "delete")
	pass([]doing{
		{"iam_group", a.putGroup},
		{"iam_user", a.putUser},
		{"iam_users_csv", a.putUsers},
		{"iam_user_groups", a.putUserGroups},
		{"iam_group_members", a.putMembers},
		{"iam_group_membership", a.putMembership},
		{"iam_make_organization", a.putMake},
	}, "create", "update")
	for _, i := range t.actions {
		if !i.first() {
			a.invoke(i)
		}
	}
	return a
}

func (a *applied) note(c change, format string, args ...any) {
	a.unresolved = append(a.unresolved, Unresolved{Tenant: a.tenant, Address: c.address, Text: fmt.Sprintf(format, args...)})
}

// state is the tenant as it is now.
func (a *applied) state() access.State {
	s := access.State{Groups: a.groups, Rights: a.rights, Make: a.make}
	for _, u := range a.users {
		s.Users = append(s.Users, *u)
	}
	return s
}

// nameUser remembers under which address a user is known.
func (a *applied) nameUser(c change) {
	if u := a.user(c.before.text("id"), c.before.text("email")); u != nil && !c.does("delete") {
		a.userAt[c.address] = u
	}
}

// nameGroup remembers under which address a group is known, and whether it is
// one of customers.
func (a *applied) nameGroup(c change) {
	id := c.before.text("id")
	if !c.does("delete") {
		a.groupAt[c.address] = id
	}
	if c.before.text("user_type") == string(access.Customer) {
		a.outside[id] = true
	}
}

// user returns the user with the id or, where no one has it, with the e-mail.
func (a *applied) user(id, email string) *access.StateUser {
	if u := a.byID[id]; u != nil {
		return u
	}
	return a.byEmail[strings.ToLower(email)]
}

func (a *applied) addUser(u *access.StateUser) {
	a.users = append(a.users, u)
	if u.ID != "" {
		a.byID[u.ID] = u
	}
	if u.Email != "" {
		a.byEmail[strings.ToLower(u.Email)] = u
	}
}

func (a *applied) group(id string) *access.Group {
	for i := range a.groups {
		if a.groups[i].ID == id {
			return &a.groups[i]
		}
	}
	return nil
}

// join puts a user into a group.
func join(u *access.StateUser, group string) {
	if !slices.Contains(u.GroupIDs, group) {
		u.GroupIDs = append(u.GroupIDs, group)
	}
}

// leave takes a user out of groups.
func leave(u *access.StateUser, groups ...string) {
	u.GroupIDs = slices.DeleteFunc(u.GroupIDs, func(id string) bool { return slices.Contains(groups, id) })
}

// removeUser does what the destruction of a user does.
func (a *applied) removeUser(u *access.StateUser, onDestroy string) {
	switch onDestroy {
	case "keep":
		return
	case "lock":
		u.Locked, u.GroupIDs = true, nil
		return
	}
	delete(a.byID, u.ID)
	delete(a.byEmail, strings.ToLower(u.Email))
	a.users = slices.DeleteFunc(a.users, func(other *access.StateUser) bool { return other == u })
}

// removeGroups takes groups away, and everybody out of them.
func (a *applied) removeGroups(ids ...string) {
	a.groups = slices.DeleteFunc(a.groups, func(g access.Group) bool { return slices.Contains(ids, g.ID) })
	for _, u := range a.users {
		leave(u, ids...)
	}
}

// members returns how many users are in the group.
func (a *applied) members(id string) int {
	count := 0
	for _, u := range a.users {
		if slices.Contains(u.GroupIDs, id) {
			count++
		}
	}
	return count
}

// reviewed are the types whose changes are reviewed.
var reviewed = []string{
	"iam_user", "iam_users_csv", "iam_group", "iam_group_membership", "iam_group_members", "iam_user_groups", "iam_role_template", "iam_vendor", "iam_make_organization",
}

// harmless are the types that change nobody's access.
var harmless = []string{"iam_scope", "iam_restriction", "iam_restriction_settings", "iam_site"}
