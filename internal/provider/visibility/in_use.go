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

// warnOfHolders names the groups that hold values which the plan takes off the
// tenant's list. They keep them, and the API refuses other changes of a group that
// holds a value the tenant does not allow.
func warnOfHolders(ctx context.Context, d *plumbing.Data, values []string, reader string) (diags diag.Diagnostics) {
	if len(values) == 0 {
		return nil
	}
	if on, err := synced(ctx, d); on || err != nil {
		return nil // then the sites decide what is allowed; the apply says what is wrong
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
		diags.AddWarning("Restriction Values In Use: "+strings.Join(values, ", "), fmt.Sprintf("Still in use, as far as this plan has come:\n\n  %s\n\n"+
			"These groups keep the value, and their members see what they see now. The API refuses other changes of such a group: take the value out of its restrictions in the same change.", strings.Join(held, "\n  ")))
	}
	return diags
}

// kindListed is the kind under which the plan of a site keeps its code for Delete,
// where the tenant lists the code as a restriction value.
const kindListed = "listed"

// planDestroy tells what the code of the site is used for while restrictions are
// tied to the sites, and keeps for Delete whether to take it off the list. A
// resource that lists the code, and goes on doing so, keeps the site.
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
		diags.AddWarning("Site In Use: "+code, fmt.Sprintf("Still restricted to it, as far as this plan has come:\n\n  %s\n\n"+
			"The tenant's restriction values are tied to its sites. These groups keep the code, and the API refuses other changes of them: take it out of their restrictions in the same change.", strings.Join(held, "\n  ")))
	}

	switch {
	case !slices.Contains(values, code):
	case !r.listsSite(code):
		diags.Append(plumbing.SaveUses(ctx, plumbing.PlannedUses{kindListed: {code}}, private)...)
	case r.PlannedSiteSync().Value: // and not only so far
		diags.AddError("Unable to delete site", fmt.Sprintf("Site %s: this plan destroys it and keeps it in use. The tenant lists '%s' as a restriction value, and sync_with_sites of iam_restriction_settings ties these to the sites: "+
			"take it off the list in the same change, or turn that off, first.", code, code))
	}
	return diags
}

// listsSite reports whether iam_restriction_settings or iam_restriction was planned
// to list the code.
func (r *siteResource) listsSite(code string) bool {
	return r.IsPlanned(plumbing.Object{Kind: plumbing.KindRestriction, ID: code}) || slices.Contains(r.PlannedRestrictionValues().Value, code)
}

// delete deletes the site. A code that the plan found on the tenant's list goes
// from there before: Terraform deletes a site before it changes a list that
// referred to it.
func (r *siteResource) delete(ctx context.Context, code string, listed bool) error {
	defer r.Client.Lock(lockSite, code)()
	err := r.Client.DeleteSite(ctx, code)
	if !client.IsBadRequest(err) || !listed {
		return err
	}
	if err := unlist(ctx, r.Client, code); err != nil {
		return fmt.Errorf("taking it off the restriction values: %w", err)
	}
	return r.Client.DeleteSite(ctx, code)
}

// unlist takes a value off the tenant's list.
func unlist(ctx context.Context, c *client.Client, value string) error {
	return change(ctx, c, api.SettingRestrictions, func(values []string, _ bool) ([]string, bool, error) {
		if !slices.Contains(values, value) {
			return nil, false, nil
		}
		return slices.DeleteFunc(values, func(other string) bool { return other == value }), true, nil
	})
}

// planKept names what the tenant keeps where the configuration leaves out what it
// has decided about, and the groups that hold values which go.
func (r *restrictionSettingsResource) planKept(ctx context.Context, plan, state restrictionSettingsModel, diags *diag.Diagnostics) {
	listed := plumbing.Strings(state.Values)
	slices.Sort(listed)
	if plan.SyncWithSites.IsNull() && state.SyncWithSites.ValueBool() {
		diags.AddAttributeWarning(path.Root("sync_with_sites"), "Restrictions Stay Tied To Sites",
			"Left out, sync_with_sites is not managed here: the tenant's restriction values stay tied to its sites. To untie them, write sync_with_sites = false.")
	}
	switch {
	case plan.Values.IsNull() && len(listed) > 0:
		diags.AddAttributeWarning(path.Root("values"), "Restriction Values Stay",
			fmt.Sprintf("Left out, values is not managed here: the tenant's list keeps %s. To empty it, write values = [].", plumbing.JoinNames(listed)))
	case !plan.Values.IsNull() && plumbing.FullyKnown(plan.Values):
		stays := plumbing.Strings(plan.Values)
		gone := slices.DeleteFunc(listed, func(v string) bool { return slices.Contains(stays, v) })
		diags.Append(warnOfHolders(ctx, r.Data, gone, "plan of restriction settings")...)
	}
}
