package directory

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// userGroupsFilter selects users with groups.
type userGroupsFilter struct {
	GroupID types.String `tfsdk:"group_id"`
}

// NewUserGroupsList returns the list resource iam_user_groups.
func NewUserGroupsList() list.ListResource {
	return &plumbing.List[userGroupsFilter]{
		IdentifiedResource: userGroupsType,
		About:              "Lists the groups of each user who is in a group, in the order of the users' creation.",
		Filters:            map[string]schema.Attribute{"group_id": plumbing.Filter("Only users in the group with this id. All their groups are listed.")},
		Refers:             map[string]plumbing.Reference{"group_id": referToGroup()},
		Find: func(ctx context.Context, d *plumbing.Data, filter userGroupsFilter) (found []plumbing.ListItem, err error) {
			users, err := sortedUsers(ctx, d)
			for _, u := range users {
				if len(u.GroupIDs) == 0 || !(userFilter{GroupID: filter.GroupID}).selects(u) {
					continue
				}
				found = append(found, plumbing.ListItem{Name: "Groups of " + userLabel(u), State: func(context.Context) (any, error) {
					return userGroupsModel{UserID: types.StringValue(u.ID), GroupIDs: plumbing.StringSet(u.GroupIDs, types.SetNull(types.StringType))}, nil
				}})
			}
			return found, err
		},
	}
}
