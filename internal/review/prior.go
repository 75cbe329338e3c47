package review

import (
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// priorState is the tenant as far as the state that the plan started from knows
// it: what is managed there, and the predefined groups.
func priorState(resources []priorResource) access.State {
	b := &prior{users: map[string]*access.StateUser{}, groups: map[string]access.Group{}}
	for _, g := range access.PredefinedGroups() {
		if g.UserType == access.Employee {
			b.groups[g.ID] = access.Group{ID: g.ID, Name: g.Name, Controls: g.Controls}
		}
	}
	for _, r := range resources {
		b.resource(r)
	}
	b.mergeRows()
	var state access.State
	for _, id := range b.order {
		state.Users = append(state.Users, *b.users[id])
	}
	for _, g := range b.groups {
		state.Groups = append(state.Groups, g)
	}
	return state
}

// prior collects a state from the resources of a plan.
type prior struct {
	users  map[string]*access.StateUser // by id
	order  []string
	groups map[string]access.Group
}

// user returns the user with the id, who may be managed elsewhere.
func (b *prior) user(id string) *access.StateUser {
	if b.users[id] == nil {
		b.users[id] = &access.StateUser{ID: id}
		b.order = append(b.order, id)
	}
	return b.users[id]
}

func (b *prior) resource(r priorResource) {
	v := r.values
	customers := v.text("user_type") == string(access.Customer)
	switch {
	case customers || r.mode != managed && r.typeName != "iam_user":
	case r.typeName == "iam_user" && v.text("id") != "":
		u := b.user(v.text("id"))
		u.Email, u.Name = v.text("email"), v.text("first_name")+" "+v.text("last_name")
		u.Locked = v["locked"] == true || v.text("status") == "INACTIVE"
		b.joins(v.text("id"), v.texts("group_ids")...)
	case r.typeName == "iam_group":
		effective := v.levels("effective_access")
		b.groups[v.text("id")] = access.Group{
			ID: v.text("id"), Name: v.label(), Restrictions: v.texts("restrictions"),
			Controls: append(access.ControlIDs(effective), v.texts("access_control_ids")...),
		}
	case r.typeName == "iam_vendor":
		for _, id := range v.textMap("group_ids") {
			b.groups[id] = access.Group{ID: id}
		}
	default:
		b.memberships(r.typeName, v)
	}
}

func (b *prior) memberships(resourceType string, v values) {
	switch resourceType {
	case "iam_group_membership":
		b.joins(v.text("user_id"), v.text("group_id"))
	case "iam_user_groups":
		b.joins(v.text("user_id"), v.texts("group_ids")...)
	case "iam_group_members":
		for email, id := range v.textMap("members") {
			b.joins(id, v.text("group_id"))
			if u := b.user(id); u.Email == "" {
				u.Email = email
			}
		}
	case "iam_users_csv":
		table, _ := access.ParseUsersCSV(v.text("csv"))
		for _, row := range table.Users {
			u := b.user(rowMark + row.Email)
			u.Email, u.Name, u.Locked = row.Email, row.FirstName+" "+row.LastName, row.Locked
			b.joins(u.ID, row.Groups...)
		}
	}
}

// mergeRows makes one user of the row of a table and a user of the same e-mail
// whose id another resource knows.
func (b *prior) mergeRows() {
	known := map[string]*access.StateUser{}
	for _, u := range b.users {
		if u.Email != "" && !isRow(u.ID) {
			known[strings.ToLower(u.Email)] = u
		}
	}
	b.order = slices.DeleteFunc(b.order, func(id string) bool {
		row := b.users[id]
		u := known[strings.ToLower(row.Email)]
		if !isRow(id) || u == nil {
			return false
		}
		u.Name, u.Locked = row.Name, u.Locked || row.Locked
		b.joins(u.ID, row.GroupIDs...)
		return true
	})
}

// rowMark begins what stands for the id of a user of a table, which has no ids.
const rowMark = "csv:"

func isRow(id string) bool { return strings.HasPrefix(id, rowMark) }

func (b *prior) joins(user string, groups ...string) {
	u := b.user(user)
	for _, id := range groups {
		if !slices.Contains(u.GroupIDs, id) {
			u.GroupIDs = append(u.GroupIDs, id)
		}
	}
}
