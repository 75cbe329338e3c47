package visibility

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// synced reports whether restrictions will be tied to the sites once the plan
// under way is applied, as far as it has come.
func synced(ctx context.Context, d *plumbing.Data) (bool, error) {
	if planned := d.PlannedSiteSync(); planned.State != plumbing.SettingNotPlanned {
		return planned.Value, nil
	}
	on, _, err := plumbing.Setting[bool](ctx, d.Client, api.SettingSiteSync)
	return on, err
}

// checkSites refuses, while restrictions are tied to the sites, values that are
// the code of no site, present or planned. An API key that may not read what
// this takes plans without the check; the API has it, too. Where sites come from
// elsewhere (external) it warns.
func checkSites(ctx context.Context, d *plumbing.Data, values map[string]path.Path, external bool) (diags diag.Diagnostics) {
	if d == nil || d.Client == nil || len(values) == 0 {
		return nil
	}
	on, err := synced(ctx, d)
	var codes []string
	whole := true
	if err == nil && on {
		codes, whole, err = plumbing.SiteCodes(ctx, d.Client)
	}
	if client.IsForbidden(err) {
		return nil
	}
	if err != nil {
		diags.Append(plumbing.Unable("read", "restrictions", "of the tenant", err))
		return diags
	}
	for _, v := range plumbing.SortedKeys(values) {
		site := plumbing.Object{Kind: plumbing.KindSite, ID: v}
		exists := slices.Contains(codes, v) && !d.Uses.Removed(site)
		if !on || exists || d.IsPlanned(site) {
			continue
		}
		if external {
			d.NotePlanned(site)
			diags.AddAttributeWarning(values[v], "Restriction Is No Site Yet", fmt.Sprintf("The tenant's restriction values are tied to its sites, and there is no site with the code %q. "+
				"This configuration says that it creates the site outside of iam_site: the apply fails unless the site exists by then, so let this resource depend on what creates it.", v))
			continue
		}
		const detail = "The tenant's restriction values are tied to its sites, and there is no site with the code %q. Make it with iam_site and refer to it, as in iam_site.name.code, or set sync_with_sites = false in iam_restriction_settings. Where another provider creates the site in the same apply, set external_sites of iam_restriction_settings, or external_site of iam_restriction."
		if whole {
			diags.AddAttributeError(values[v], "Restriction Is No Site", fmt.Sprintf(detail, v))
		} else {
			diags.AddAttributeWarning(values[v], "Restriction May Be No Site", fmt.Sprintf(detail+" The API key may not see inactive sites: if it is one of them, nothing is wrong.", v))
		}
	}
	return diags
}
