package makesync

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/list"

	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// NewMakeOrganizationList returns the list resource iam_make_organization.
func NewMakeOrganizationList() list.ListResource {
	return &plumbing.List[plumbing.NoFilter]{
		IdentifiedResource: organizationType,
		About:              "The tenant's Make organization, if it has one. Needs the reference backend: the public API has no Make organizations.",
		Find: func(ctx context.Context, d *plumbing.Data, _ plumbing.NoFilter) ([]plumbing.ListItem, error) {
			o, err := d.Client.MakeOrganization(ctx)
			if client.IsNotFound(err) {
				return nil, nil
			}
			if err != nil {
				return nil, err
			}
			var m organizationModel
			m.fromAPI(*o)
			return []plumbing.ListItem{{Name: "Make organization " + o.OrganizationID, State: plumbing.Known(m)}}, nil
		},
	}
}
