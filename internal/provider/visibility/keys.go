package visibility

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// keySet returns keys, none of which is predefined.
func keySet(list []string, err error) (map[string]bool, error) {
	keys := make(map[string]bool, len(list))
	for _, key := range list {
		keys[key] = false
	}
	return keys, err
}

// restrictionKey is the natural key of a restriction.
var restrictionKey = plumbing.NaturalKey{
	Thing: "restriction", At: []string{"value"}, Label: "value",
	List: func(ctx context.Context, d *plumbing.Data) (map[string]bool, error) {
		values, _, err := plumbing.Setting[[]string](ctx, d.Client, api.SettingRestrictions)
		return keySet(values, err)
	},
	Model: func(_ context.Context, _ *plumbing.Data, value string, _ *diag.Diagnostics) (any, error) {
		return restrictionModel{Value: types.StringValue(value)}, nil
	},
}

// restrictionList is the tenant's list of restriction values.
var restrictionList = plumbing.Object{Kind: "restriction list", ID: plumbing.KeyTenant}

const restrictionListName = "the tenant's list of restriction values"

// restrictionSettingsKey is the natural key of the settings: a tenant has one,
// even before it is managed.
var restrictionSettingsKey = plumbing.NaturalKey{Thing: "restriction settings", Stays: true}

// siteKey is the natural key of a site.
var siteKey = plumbing.NaturalKey{
	Thing: "site", At: []string{"code"}, Label: "name",
	List: func(ctx context.Context, d *plumbing.Data) (map[string]bool, error) {
		codes, _, err := plumbing.SiteCodes(ctx, d.Client)
		return keySet(codes, err)
	},
	Model: func(ctx context.Context, d *plumbing.Data, code string, _ *diag.Diagnostics) (any, error) {
		site, err := d.Client.Site(ctx, code)
		if err != nil {
			return nil, err
		}
		var m siteModel
		m.fromAPI(*site)
		return m, nil
	},
	Fill: []string{"default_language", "languages", "currency", "country", "zip_code", "ship_to_countries", "default"},
}
