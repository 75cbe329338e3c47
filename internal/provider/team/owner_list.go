package team

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// NewTeamOwnerList returns the list resource iam_team_owner.
func NewTeamOwnerList() list.ListResource {
	return &plumbing.List[plumbing.NoFilter]{
		IdentifiedResource: ownerType,
		About:              "The Owner of the tenant's team; there is one for each tenant. Needs the reference backend: the public API has no teams.",
		Find: func(ctx context.Context, d *plumbing.Data, _ plumbing.NoFilter) ([]plumbing.ListItem, error) {
			owner, err := d.Client.TeamOwner(ctx)
			if err != nil {
				return nil, err
			}
			return []plumbing.ListItem{{Name: owner.Email, State: plumbing.Known(ownerModel{MemberID: types.StringValue(owner.ID)})}}, nil
		},
	}
}
