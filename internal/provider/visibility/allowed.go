package visibility

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// What one resource tells another about the plan under way.
const (
	planSite    = "site"    // by code, that it will be there
	planSetting = "setting" // by key, what it will be set to
)

// rules reads which restriction values the tenant allows. Whole is false when
// the API key may not see inactive sites, whose codes are allowed as well.
func rules(ctx context.Context, c *client.Client) (r access.RestrictionRules, whole bool, err error) {
	if r.Listed, _, err = value[[]string](ctx, c, api.SettingRestrictions); err != nil {
		return r, true, err
	}
	if r.SyncWithSites, _, err = value[bool](ctx, c, api.SettingSiteSync); err != nil || !r.SyncWithSites {
		return r, true, err
	}
	r.Sites, whole, err = siteCodes(ctx, c)
	return r, whole, err
}

// siteCodes returns the codes of the tenant's sites: of the active ones only,
// and whole is false, when the API key may not see the others.
func siteCodes(ctx context.Context, c *client.Client) (codes []string, whole bool, err error) {
	codes, err = c.SiteCodes(ctx, true)
	if client.IsForbidden(err) {
		codes, err = c.SiteCodes(ctx, false)
		return codes, false, err
	}
	return codes, true, err
}

// synced reports whether restrictions will be tied to the sites once the plan
// under way is applied, as far as it has come.
func synced(ctx context.Context, d *plumbing.Data) (bool, error) {
	if planned, ok := d.Planned(planSetting, api.SettingSiteSync); ok {
		return planned == "true", nil
	}
	on, _, err := value[bool](ctx, d.Client, api.SettingSiteSync)
	return on, err
}

// checkSites refuses, while restrictions are tied to the sites, values that are
// the code of no site, present or planned. An API key that may not read what
// this takes plans without the check; the API has it, too.
func checkSites(ctx context.Context, d *plumbing.Data, values map[string]path.Path) (diags diag.Diagnostics) {
	if d == nil || d.Client == nil || len(values) == 0 {
		return nil
	}
	on, err := synced(ctx, d)
	var codes []string
	whole := true
	if err == nil && on {
		codes, whole, err = siteCodes(ctx, d.Client)
	}
	if client.IsForbidden(err) {
		return nil
	}
	if err != nil {
		diags.Append(plumbing.Unable("read", "restrictions", "of the tenant", err))
		return diags
	}
	for _, v := range plumbing.SortedKeys(values) {
		if _, planned := d.Planned(planSite, v); !on || planned || slices.Contains(codes, v) {
			continue
		}
		const detail = "The tenant's restriction values are tied to its sites, and there is no site with the code %q. Make it with iam_site and refer to it, as in iam_site.name.code, or set sync_with_sites = false in iam_restriction_settings."
		if whole {
			diags.AddAttributeError(values[v], "Restriction Is No Site", fmt.Sprintf(detail, v))
		} else {
			diags.AddAttributeWarning(values[v], "Restriction May Be No Site", fmt.Sprintf(detail+" The API key may not see inactive sites: if it is one of them, nothing is wrong.", v))
		}
	}
	return diags
}
