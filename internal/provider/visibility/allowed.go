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

// synced reports whether restrictions are tied to the sites after the present
// plan, as far as it has progressed.
func synced(ctx context.Context, d *plumbing.Data) (bool, error) {
	if planned := d.PlannedSiteSync(); planned.State != plumbing.SettingNotPlanned {
		return planned.Value, nil
	}
	on, _, err := plumbing.Setting[bool](ctx, d.Client, api.SettingSiteSync)
	return on, err
}

// checkSites returns errors for values that are not the code of a present or
// planned site while restrictions are tied to the sites. Without permission to
// read sites, the check is left to the API. If sites are created elsewhere
// (external), it warns instead.
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
			diags.AddAttributeWarning(values[v], "Restriction Is Not A Site Yet", fmt.Sprintf("The tenant's restriction values are tied to its sites, and there is no site with the code %q. "+
				"The configuration creates the site outside of iam_site: the apply fails unless the site exists by then, so make this resource depend on the resource that creates it.", v))
			continue
		}
		const detail = "The tenant's restriction values are tied to its sites, and there is no site with the code %q. Create it with iam_site and refer to it, as in iam_site.name.code, or set sync_with_sites = false in iam_restriction_settings. If another provider creates the site in the same apply, set external_sites in iam_restriction_settings or external_site in iam_restriction."
		if whole {
			diags.AddAttributeError(values[v], "Restriction Is Not A Site", fmt.Sprintf(detail, v))
		} else {
			diags.AddAttributeWarning(values[v], "Restriction May Not Be A Site", fmt.Sprintf(detail+" The API key has no permission to see inactive sites: if the value is the code of one, ignore this warning.", v))
		}
	}
	return diags
}
