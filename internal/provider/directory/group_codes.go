package directory

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// checkCodes records for the checks of memberships that the group will exist, and
// refuses languages that the tenant does not have.
func (r *groupResource) checkCodes(ctx context.Context, plan, state groupModel) (diags diag.Diagnostics) {
	if plumbing.IsSet(plan.ID) {
		r.NotePlanned(plumbing.Object{Kind: plumbing.KindGroup, ID: plan.ID.ValueString()})
	}
	diags.Append(r.CheckText(ctx, path.Root("name"), plan.Name, state.Name)...)
	diags.Append(r.CheckText(ctx, path.Root("description"), plan.Description, state.Description)...)
	return diags
}
