package team

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// memberFilter selects members.

type memberFilter struct {
	Role   types.String `tfsdk:"role"`
	Status types.String `tfsdk:"status"`
}

// NewTeamMemberList returns the list resource iam_team_member.
func NewTeamMemberList() list.ListResource {
	roles := []string{string(access.RoleOwner)}
	for _, r := range access.GivenRoles() {
		roles = append(roles, string(r))
	}
	return &plumbing.List[memberFilter]{
		IdentifiedResource: memberType,
		About:              "The members of the tenant's team, including the Owner, in the order of their invitation. Needs the reference backend: the public API has no teams.",
		Filters: map[string]schema.Attribute{
			"role":   plumbing.Filter("Only members with this role: `owner`, `admin`, `member` or `billing_contact`.", stringvalidator.OneOf(roles...)),
			"status": plumbing.Filter("Only members with this status: `invited` or `active`.", stringvalidator.OneOf(string(api.MemberInvited), string(api.MemberActive))),
		},
		Find: func(ctx context.Context, d *plumbing.Data, filter memberFilter) (found []plumbing.ListItem, err error) {
			members, err := sortedMembers(ctx, d)
			for _, member := range members {
				if !plumbing.Matches(filter.Role, string(member.Role)) || !plumbing.Matches(filter.Status, string(member.Status)) {
					continue
				}
				var m memberModel
				m.fromAPI(member)
				found = append(found, plumbing.ListItem{Name: member.Email + " (" + string(member.Role) + ")", State: plumbing.Known(m)})
			}
			return found, err
		},
	}
}

// sortedMembers returns the members in the order of their invitation.
func sortedMembers(ctx context.Context, d *plumbing.Data) ([]api.TeamMember, error) {
	members, err := d.Client.TeamMembers(ctx)
	plumbing.SortByCreation(members, func(m api.TeamMember) (string, string) { return m.CreatedAt, m.ID })
	return members, err
}

type assignmentFilter struct {
	Product types.String `tfsdk:"product"`
}
