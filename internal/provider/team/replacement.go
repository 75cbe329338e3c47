package team

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// checkReplacementImpact checks a replacement as a removal: the new member is
// invited and has no product for a moment.
func (r *memberResource) checkReplacementImpact(ctx context.Context, plan tfsdk.Plan) (diags diag.Diagnostics) {
	var email types.String
	diags.Append(plan.GetAttribute(ctx, path.Root("email"), &email)...)
	diags.Append(r.CheckImpact(ctx, func(t *access.Tenant) { t.LeaveTeam(access.StateUser{Email: email.ValueString()}) })...)
	return diags
}

// leave returns the products of a member, with how each is assigned, before the
// member is removed and invited again.
func (r *memberResource) leave(ctx context.Context, state memberModel) any {
	member, err := r.Client.TeamMember(ctx, state.ID.ValueString())
	if err != nil || member.Role != access.RoleMember { // the removal reports the error; other roles have no assigned products
		return nil
	}
	return member.Access().Assigned
}

// giveBack assigns the products of the replaced member to the new one. The id
// of the account is the same, so resources that assign these products show no
// changes.
func (r *memberResource) giveBack(ctx context.Context, id string, plan memberModel, diags *diag.Diagnostics) {
	left, _ := r.Keys.Replaced(plumbing.TeamMember(plan.Email.ValueString()))
	products, _ := left.(map[string]access.Assignment)
	if access.TeamRole(plan.Role.ValueString()) != access.RoleMember {
		return
	}
	for product, how := range products {
		if err := r.Client.AssignProduct(ctx, id, product, api.ProductAssignment(how)); err != nil && !client.IsNotFound(err) {
			diags.AddWarning("Product Not Restored",
				fmt.Sprintf("Team member %s had product %s before the replacement, and assigning it again failed: %s", plan.Email.ValueString(), product, plumbing.Sentence(err.Error())))
		}
	}
}
