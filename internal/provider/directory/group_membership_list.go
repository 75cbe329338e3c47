package directory

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// membershipFilter selects memberships.
type membershipFilter struct {
	GroupID types.String `tfsdk:"group_id"`
	UserID  types.String `tfsdk:"user_id"`
}

// NewGroupMembershipList returns the list resource iam_group_membership.
func NewGroupMembershipList() list.ListResource {
	return &plumbing.List[membershipFilter]{
		IdentifiedResource: membershipType,
		About:              "Lists the tenant's memberships by group, in the order of the groups' creation, including predefined groups.",
		Filters: map[string]schema.Attribute{
			"group_id": plumbing.Filter("Only memberships in the group with this id."),
			"user_id":  plumbing.Filter("Only memberships of the user with this id, or of the customer with this number."),
		},
		Refers: map[string]plumbing.Reference{"group_id": referToGroup(), "user_id": referToMember()},
		Find: func(ctx context.Context, d *plumbing.Data, filter membershipFilter) (found []plumbing.ListItem, err error) {
			err = eachMembers(ctx, d, func(g api.Group) bool { return plumbing.Matches(filter.GroupID, g.ID) }, func(g api.Group, members []member) {
				for _, m := range members {
					if !plumbing.Matches(filter.UserID, m.id) {
						continue
					}
					found = append(found, plumbing.ListItem{Name: m.key + " in " + plumbing.Label(g.Name, g.ID), State: func(context.Context) (any, error) {
						state := membershipModel{GroupID: types.StringValue(g.ID), UserID: types.StringValue(m.id), UserType: types.StringValue(string(g.UserType))}
						state.setID()
						return state, nil
					}})
				}
			})
			return found, err
		},
	}
}

func referToMember() plumbing.Reference {
	user := plumbing.ReferTo("user", (*client.Client).User)
	user.Advice = "If it is a customer number, the customer is in none of these groups."
	return user
}

// member is a member of a group. Its key is the e-mail address, or the id if it has
// none.
type member struct{ key, id string }

// eachMembers calls do for each selected group with members, sorted by key. The list of
// users has all memberships of employees; each group of customers takes one request.
func eachMembers(ctx context.Context, d *plumbing.Data, selected func(api.Group) bool, do func(api.Group, []member)) error {
	groups, err := sortedGroups(ctx, d)
	if err != nil {
		return err
	}
	groups = slices.DeleteFunc(groups, func(g api.Group) bool { return !selected(g) })
	employees := map[string][]member{} // by group
	if slices.ContainsFunc(groups, ofEmployees) {
		users, err := d.Client.Users(ctx)
		if err != nil {
			return err
		}
		for _, u := range users {
			for _, id := range u.GroupIDs {
				employees[id] = append(employees[id], member{cmp.Or(u.ContactEmail, u.ID), u.ID})
			}
		}
	}
	for _, g := range groups {
		members := employees[g.ID]
		if !ofEmployees(g) {
			if members, err = customers(ctx, d, g.ID); err != nil {
				return err
			}
		}
		slices.SortFunc(members, func(a, b member) int { return strings.Compare(a.key, b.key) })
		if len(members) > 0 {
			do(g, members)
		}
	}
	return nil
}

func ofEmployees(g api.Group) bool { return g.UserType == access.Employee }

// customers returns the members of a group of customers; none if it was just deleted.
func customers(ctx context.Context, d *plumbing.Data, group string) ([]member, error) {
	assignments, err := d.Client.Members(ctx, group)
	if client.IsNotFound(err) {
		return nil, nil
	}
	var members []member
	for _, a := range assignments {
		members = append(members, member{a.UserID, a.UserID})
	}
	return members, err
}
