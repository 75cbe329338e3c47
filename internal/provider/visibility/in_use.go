package visibility

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// warnOfHolders names the groups that hold values which the plan removes from
// the tenant's list. The groups keep the values, and the API refuses other
// changes of a group that holds a value the tenant does not allow.
func warnOfHolders(ctx context.Context, d *plumbing.Data, values []string, reader string) (diags diag.Diagnostics) {
	if len(values) == 0 {
		return nil
	}
	if on, err := synced(ctx, d); on || err != nil {
		return nil // the sites then decide which values are allowed; the apply reports errors
	}
	groups, err := d.Client.ReadGroups(ctx, reader)
	if client.IsForbidden(err) {
		return nil
	}
	var held []string
	for _, g := range groups {
		by := plumbing.Object{Kind: plumbing.KindGroup, ID: g.ID}
		for _, v := range g.Restrictions {
			if err != nil || !slices.Contains(values, v) || d.Uses.Planned(plumbing.Object{Kind: plumbing.KindRestriction, ID: v}, by) == plumbing.UseDropped {
				continue
			}
			var text string
			text, err = d.DescribeGroup(ctx, g, reader)
			held = append(held, fmt.Sprintf("%s is held by %s", v, text))
		}
	}
	switch {
	case err != nil:
		diags.Append(plumbing.Unable("read", "groups", "of the tenant", err))
	case len(held) > 0:
		diags.AddWarning("Restriction Values In Use: "+strings.Join(values, ", "), fmt.Sprintf("Still in use, as far as this plan has progressed:\n\n  %s\n\n"+
			"These groups keep the value, and their members see the same records as before. The API refuses other changes of these groups: remove the value from their restrictions in the same change.", strings.Join(held, "\n  ")))
	}
	return diags
}

// kindListed is the kind under which the plan of a site stores its code for
// Delete if the tenant lists the code as a restriction value.
const kindListed = "listed"

// planDestroy reports what uses the code of the site while restrictions are
// tied to the sites, and stores for Delete whether to remove the code from the
// list. A resource that continues to list the code is an error.
func (r *siteResource) planDestroy(ctx context.Context, code string, private plumbing.PrivateData) (diags diag.Diagnostics) {
	r.Uses.NoteRemoval(plumbing.Object{Kind: plumbing.KindSite, ID: code})
	on, err := synced(ctx, r.Data)
	var values []string
	var groups []api.Group
	if err == nil && on {
		values, err = plumbing.ReadSetting[[]string](ctx, r.Client, "destroy of site "+code, api.SettingRestrictions)
	}
	if err == nil && on {
		groups, err = r.Client.ReadGroups(ctx, "destroy of site "+code)
	}
	if client.IsForbidden(err) || err == nil && !on {
		return nil
	}
	var held []string
	for _, g := range groups {
		o := plumbing.Object{Kind: plumbing.KindRestriction, ID: code}
		if err != nil || !slices.Contains(g.Restrictions, code) || r.Uses.Planned(o, plumbing.Object{Kind: plumbing.KindGroup, ID: g.ID}) == plumbing.UseDropped {
			continue
		}
		var text string
		text, err = r.DescribeGroup(ctx, g, "destroy of site "+code)
		held = append(held, text)
	}
	if err != nil {
		diags.Append(plumbing.Unable("read", "restrictions", "of the tenant", err))
		return diags
	}
	if len(held) > 0 {
		diags.AddWarning("Site In Use: "+code, fmt.Sprintf("Still restricted to it, as far as this plan has progressed:\n\n  %s\n\n"+
			"The tenant's restriction values are tied to its sites. These groups keep the code, and the API refuses other changes of these groups: remove it from their restrictions in the same change.", strings.Join(held, "\n  ")))
	}

	switch {
	case !slices.Contains(values, code):
	case !r.listsSite(code):
		diags.Append(plumbing.SaveUses(ctx, plumbing.PlannedUses{kindListed: {code}}, private)...)
	case r.PlannedSiteSync().Value: // planned, not only at present
		diags.AddError("Unable to delete site", fmt.Sprintf("Site %s: this plan destroys it but keeps it in use. The tenant lists '%s' as a restriction value, and sync_with_sites of iam_restriction_settings ties restriction values to the sites: "+
			"remove it from the list in the same change, or first turn sync_with_sites off.", code, code))
	}
	return diags
}

// listsSite reports whether iam_restriction_settings or iam_restriction was planned
// to list the code.
func (r *siteResource) listsSite(code string) bool {
	return r.IsPlanned(plumbing.Object{Kind: plumbing.KindRestriction, ID: code}) || slices.Contains(r.PlannedRestrictionValues().Value, code)
}

// delete deletes the site. It first removes a code that the plan found on the
// tenant's list, because Terraform deletes a site before it changes a list that
// referred to it.
func (r *siteResource) delete(ctx context.Context, code string, listed bool) error {
	defer r.Client.Lock(lockSite, code)()
	err := r.Client.DeleteSite(ctx, code)
	if !client.IsBadRequest(err) || !listed {
		return err
	}
	if err := unlist(ctx, r.Client, code); err != nil {
		return fmt.Errorf("removing it from the restriction values: %w", err)
	}
	return r.Client.DeleteSite(ctx, code)
}

// unlist removes a value from the tenant's list.
func unlist(ctx context.Context, c *client.Client, value string) error {
	return plumbing.ChangeSetting(ctx, c, api.SettingRestrictions, func(values []string, _ bool) ([]string, bool, error) {
		if !slices.Contains(values, value) {
			return nil, false, nil
		}
		return slices.DeleteFunc(values, func(other string) bool { return other == value }), true, nil
	})
}

// planKept names the settings that the tenant keeps although the configuration
// no longer sets them, and the groups that hold removed values.
func (r *restrictionSettingsResource) planKept(ctx context.Context, plan, state restrictionSettingsModel, diags *diag.Diagnostics) {
	listed := plumbing.Strings(state.Values)
	slices.Sort(listed)
	if plan.SyncWithSites.IsNull() && state.SyncWithSites.ValueBool() {
		diags.AddAttributeWarning(path.Root("sync_with_sites"), "Restrictions Stay Tied To Sites",
			"Without sync_with_sites, Terraform does not manage this setting: the tenant's restriction values stay tied to its sites. To untie them, set sync_with_sites = false.")
	}
	switch {
	case plan.Values.IsNull() && len(listed) > 0:
		diags.AddAttributeWarning(path.Root("values"), "Restriction Values Stay",
			fmt.Sprintf("Without values, Terraform does not manage the list: it keeps %s. To empty it, set values = [].", plumbing.JoinNames(listed)))
	case !plan.Values.IsNull() && plumbing.FullyKnown(plan.Values):
		stays := plumbing.Strings(plan.Values)
		gone := slices.DeleteFunc(listed, func(v string) bool { return slices.Contains(stays, v) })
		diags.Append(warnOfHolders(ctx, r.Data, gone, "plan of restriction settings")...)
	}
}
