package directory

import (
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// membershipFilter selects memberships.

// NewGroupMembershipList returns the list resource iam_group_membership.
func NewGroupMembershipList() list.ListResource {
	return &plumbing.List[membershipFilter]{
		Addressed: membershipType,
		About:     "The tenant's memberships, group by group in the order of their creation, predefined groups included.",
		Filters: map[string]schema.Attribute{
			"group_id": plumbing.Filter("Only memberships in the group with this id."),
			"user_id":  plumbing.Filter("Only memberships of the user with this id."),
		},
		Find: func(ctx context.Context, d *plumbing.Data, filter membershipFilter) (found []plumbing.Found, err error) {
			err = eachMembers(ctx, d, func(g api.Group) bool { return plumbing.Takes(filter.GroupID, g.ID) }, func(g api.Group, members []member) {
				for _, m := range members {
					if !plumbing.Takes(filter.UserID, m.id) {
						continue
					}
					state := membershipModel{GroupID: types.StringValue(g.ID), UserID: types.StringValue(m.id), UserType: types.StringValue(string(g.UserType))}
					state.setID()
					found = append(found, plumbing.Found{Name: m.key + " in " + plumbing.Label(g.Name, g.ID), State: state})
				}
			})
			return found, err
		},
	}
}

// member is a member of a group: the key is its e-mail address, or the id of one
// that has none.
type member struct{ key, id string }

// eachMembers calls do for each selected group that has members, who come in the
// order of their keys.
func eachMembers(ctx context.Context, d *plumbing.Data, selected func(api.Group) bool, do func(api.Group, []member)) error {
	groups, err := sortedGroups(ctx, d)
	if err != nil {
		return err
	}
	users, err := d.Client.Users(ctx)
	if err != nil {
		return err
	}
	emails := make(map[string]string, len(users))
	for _, u := range users {
		emails[u.ID] = u.ContactEmail
	}
	for _, g := range groups {
		if !selected(g) {
			continue
		}
		assignments, err := d.Client.Members(ctx, g.ID)
		if client.IsNotFound(err) {
			continue // it has just gone
		}
		if err != nil {
			return err
		}
		members := make([]member, len(assignments))
		for i, a := range assignments {
			members[i] = member{a.UserID, a.UserID}
			if email, ok := emails[a.UserID]; ok {
				members[i].key = email
			}
		}
		slices.SortFunc(members, func(a, b member) int { return strings.Compare(a.key, b.key) })
		if len(members) > 0 {
			do(g, members)
		}
	}
	return nil
}
