package visibility

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// NewRestrictionList returns the list resource iam_restriction.
func NewRestrictionList() list.ListResource {
	return &plumbing.List[plumbing.NoFilter]{
		IdentifiedResource: restrictionType,
		About:              "The values in the tenant's list to which groups can be restricted.",
		Find: func(ctx context.Context, d *plumbing.Data, _ plumbing.NoFilter) (found []plumbing.ListItem, err error) {
			values, _, err := plumbing.Setting[[]string](ctx, d.Client, api.SettingRestrictions)
			slices.Sort(values)
			for _, v := range slices.Compact(values) {
				found = append(found, plumbing.ListItem{Name: v, State: plumbing.Known(restrictionModel{Value: types.StringValue(v)})})
			}
			return found, err
		},
	}
}

// NewRestrictionSettingsList returns the list resource iam_restriction_settings.
func NewRestrictionSettingsList() list.ListResource {
	return &plumbing.List[plumbing.NoFilter]{
		IdentifiedResource: restrictionSettingsType,
		About:              "The restriction settings of the tenant; there is one for each tenant. `values` and `iam_restriction` manage the same list: use one of them.",
		Find: func(ctx context.Context, d *plumbing.Data, _ plumbing.NoFilter) ([]plumbing.ListItem, error) {
			m := importedSettings(d.Client.Tenant())
			err := (&restrictionSettingsResource{plumbing.IdentifiedResource{Resource: plumbing.Resource{Data: d}}}).read(ctx, &m)
			return []plumbing.ListItem{{Name: "Restrictions of " + d.Client.Tenant(), State: plumbing.Known(m)}}, err
		},
	}
}

type siteFilter struct {
	Active types.Bool `tfsdk:"active"`
}
