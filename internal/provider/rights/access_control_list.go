package rights

import (
	"cmp"
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// NewAccessControlList returns the list resource iam_access_control.
func NewAccessControlList() list.ListResource {
	return &plumbing.List[domainFilter]{
		IdentifiedResource: accessControlType,
		About:              "The tenant's own access controls by id, without predefined ones, which cannot be managed.",
		Filters:            map[string]schema.Attribute{"domain": plumbing.Filter("Only access controls of this domain.")},
		Find:               findControls,
	}
}

// findControls reads each access control individually, because lists can omit
// scopes.
func findControls(ctx context.Context, d *plumbing.Data, filter domainFilter) (found []plumbing.ListItem, err error) {
	controls, err := d.Client.AccessControls(ctx)
	slices.SortFunc(controls, func(a, b api.AccessControl) int { return cmp.Compare(a.ID, b.ID) })
	for _, c := range controls {
		if c.Predefined || !filter.Domain.IsNull() && !slices.Contains(c.Domains, filter.Domain.ValueString()) {
			continue
		}
		found = append(found, plumbing.ListItem{Name: plumbing.Label(c.Name, c.ID), State: func(ctx context.Context) (any, error) {
			whole, err := d.Client.AccessControl(ctx, c.ID)
			if err != nil {
				return nil, err
			}
			m := accessControlModel{Description: types.MapNull(types.StringType), Scopes: types.SetNull(types.StringType), Domains: types.SetNull(types.StringType)}
			m.fromAPI(*whole)
			return m, nil
		}})
	}
	return found, err
}
