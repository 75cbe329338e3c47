package plumbing

import (
	"cmp"
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// NewUserDefaults returns the values that a new user gets where neither the
// configuration nor the provider sets one: the tenant's default site, its currency and
// language, and api.NoDepartment. The site is read once per run. If the API shows none, or
// does not permit reading sites, it is that of a new tenant; while the provider cannot
// send requests, or reading fails, it is unknown.
func (d *Data) NewUserDefaults(ctx context.Context) UserDefaults {
	defaults := UserDefaults{
		Department:    types.StringValue(api.NoDepartment),
		PreferredSite: types.StringUnknown(), PreferredCurrency: types.StringUnknown(), PreferredLanguage: types.StringUnknown(),
	}
	if d.Client == nil {
		return defaults
	}
	site := d.codes.get("default site", func() ([]string, error) { return defaultSite(ctx, d.Client) })
	if site == nil {
		return defaults
	}
	for i, v := range []*types.String{&defaults.PreferredSite, &defaults.PreferredCurrency, &defaults.PreferredLanguage} {
		*v = types.StringValue(site[i])
	}
	return defaults
}

// defaultSite returns the code, currency and language of the tenant's default site; those
// of a new tenant if the API shows none.
func defaultSite(ctx context.Context, c *client.Client) ([]string, error) {
	sites, err := c.Sites(ctx, true)
	if client.IsForbidden(err) { // the API key cannot read inactive ones
		sites, err = c.Sites(ctx, false)
	}
	if err != nil && !client.IsForbidden(err) {
		return nil, err
	}
	i := slices.IndexFunc(sites, func(s api.Site) bool { return s.Default })
	if i < 0 {
		return []string{"main", "EUR", "en"}, nil
	}
	return []string{sites[i].Code, cmp.Or(sites[i].Currency, "EUR"), cmp.Or(sites[i].DefaultLanguage, "en")}, nil
}
