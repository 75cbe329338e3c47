package directory

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// checkRestrictions refuses new values of the group that the tenant does not allow and
// will not allow after the apply. It skips the check, which the API also makes, if the
// API key may not read the tenant's values.
func (r *groupResource) checkRestrictions(ctx context.Context, plan, state groupModel) (diags diag.Diagnostics) {
	held := plumbing.Strings(state.Restrictions)
	added := slices.DeleteFunc(plumbing.Strings(plan.Restrictions), func(v string) bool { return slices.Contains(held, v) })
	if len(added) == 0 || r.Data == nil || r.Client == nil {
		return nil
	}
	refused, sync, sure, err := r.RefusedRestrictions(ctx, added)
	if client.IsForbidden(err) {
		return nil
	}
	if err != nil {
		diags.Append(plumbing.UnableAt(path.Root("restrictions"), "read", "restrictions", "of the tenant", err))
		return diags
	}
	for _, v := range refused {
		at := path.Root("restrictions").AtSetValue(types.StringValue(v))
		detail := fmt.Sprintf("The tenant does not list %q as a restriction value. Add it with iam_restriction and refer to it, as in iam_restriction.name.value.", v)
		if sync {
			detail = fmt.Sprintf("The tenant's restriction values are the codes of its sites, and there is no site with the code %q. Create it with iam_site and refer to it, as in iam_site.name.code.", v)
		}
		detail += " Without a reference or depends_on Terraform may plan and create the group first, even if this configuration creates the value."
		if sure {
			diags.AddAttributeError(at, "Restriction Not Allowed", detail)
		} else {
			diags.AddAttributeWarning(at, "Restriction May Not Be Allowed", detail+" The API key may not read inactive sites: if it is the code of an inactive site, ignore this warning.")
		}
	}
	return diags
}

// warnOfStale names values of the group that the tenant no longer allows: while the
// group has them, the API refuses all other changes of it.
func (r *groupResource) warnOfStale(ctx context.Context, plan, state groupModel) (diags diag.Diagnostics) {
	planned := plumbing.Strings(plan.Restrictions)
	held := slices.DeleteFunc(plumbing.Strings(state.Restrictions), func(v string) bool { return !slices.Contains(planned, v) })
	if len(held) == 0 || r.Data == nil || r.Client == nil {
		return nil
	}
	refused, _, _, err := r.RefusedRestrictions(ctx, held)
	if err != nil {
		return nil // checkRestrictions reports the error if it matters
	}
	for _, v := range refused {
		diags.AddAttributeWarning(path.Root("restrictions").AtSetValue(types.StringValue(v)), fmt.Sprintf("Restriction No Longer Allowed: %s", v),
			fmt.Sprintf("Group %s has the value %q, which the tenant no longer allows: the API may refuse to change the group until you remove the value or allow it again.", state.ID.ValueString(), v))
	}
	return diags
}
