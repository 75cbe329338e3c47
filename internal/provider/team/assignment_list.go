package team

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// assignmentFilter selects assignments.

// NewProductAssignmentList returns the list resource iam_product_assignment.
func NewProductAssignmentList() list.ListResource {
	return &plumbing.List[assignmentFilter]{
		IdentifiedResource: assignmentType,
		About:              "The products assigned to members of the tenant's team, without those that the Owner and Admins hold by their role. Needs the reference backend: the public API has no teams.",
		Filters:            map[string]schema.Attribute{"product": plumbing.Filter("Only assignments of this product.")},
		Find: func(ctx context.Context, d *plumbing.Data, filter assignmentFilter) (found []plumbing.ListItem, err error) {
			members, err := sortedMembers(ctx, d)
			for _, member := range members {
				for _, held := range member.Products {
					if held.ByTeamRole || access.CheckAssignable(member.Role) != nil || !plumbing.Matches(filter.Product, held.Product) {
						continue
					}
					m := assignmentModel{MemberID: types.StringValue(member.ID), Product: types.StringValue(held.Product)}
					m.set(held)
					m.setID()
					found = append(found, plumbing.ListItem{Name: held.Product + " for " + member.Email, State: plumbing.Known(m)})
				}
			}
			return found, err
		},
	}
}
