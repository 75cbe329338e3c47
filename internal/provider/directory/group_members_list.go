package directory

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// membersFilter selects groups with members.
type membersFilter struct {
	UserType types.String `tfsdk:"user_type"`
}

// NewGroupMembersList returns the list resource iam_group_members.
func NewGroupMembersList() list.ListResource {
	return &plumbing.List[membersFilter]{
		IdentifiedResource: groupMembersType,
		About:              "Lists the members of each group that has members, including predefined groups, in the order of the groups' creation.",
		Filters:            map[string]schema.Attribute{"user_type": userTypeFilter()},
		Find: func(ctx context.Context, d *plumbing.Data, filter membersFilter) (found []plumbing.ListItem, err error) {
			err = eachMembers(ctx, d, func(g api.Group) bool { return plumbing.Matches(filter.UserType, string(g.UserType)) }, func(g api.Group, members []member) {
				found = append(found, plumbing.ListItem{Name: "Members of " + plumbing.Label(g.Name, g.ID), State: func(context.Context) (any, error) {
					elements := map[string]attr.Value{}
					for _, m := range members {
						elements[m.key] = types.StringValue(m.id)
					}
					return groupMembersModel{
						GroupID: types.StringValue(g.ID), UserType: types.StringValue(string(g.UserType)), Members: types.MapValueMust(types.StringType, elements),
					}, nil
				}})
			})
			return found, err
		},
	}
}
