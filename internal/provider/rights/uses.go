package rights

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// planUses records the planned access control and its scopes, and returns
// errors for scopes that the plan destroys.
func (r *accessControlResource) planUses(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.Data == nil || r.Client == nil {
		return
	}
	var plan, state accessControlModel
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		r.planDestroy(ctx, state.ID.ValueString(), resp)
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !plumbing.IsSet(plan.ID) {
		return
	}
	by := plumbing.Object{Kind: plumbing.KindControl, ID: plan.ID.ValueString()}
	r.Uses.NoteKept(by)
	scopes := plumbing.Strings(plan.Scopes)
	r.Uses.NoteUses(by, plumbing.KindScope, scopes, plumbing.FullyKnown(plan.Scopes))
	if req.Plan.Raw.Equal(req.State.Raw) {
		return // it keeps its scopes, which the destroy of the scope reports
	}
	r.NotePlanned(by)
	slices.Sort(scopes)
	for _, id := range scopes {
		resp.Diagnostics.Append(r.checkScope(ctx, id, by.ID)...)
	}
}

// checkScope returns an error for a scope that the plan destroys, or that the
// tenant does not have and the plan does not create.
func (r *accessControlResource) checkScope(ctx context.Context, id, control string) (diags diag.Diagnostics) {
	at := path.Root("scopes").AtSetValue(types.StringValue(id))
	if r.Uses.Removed(plumbing.Object{Kind: plumbing.KindScope, ID: id}) {
		diags.AddAttributeError(at, "Scope Destroyed And Held",
			fmt.Sprintf("This plan destroys scope %s, but access control %s holds it. Remove it from scopes, or keep the iam_scope.", id, control))
		return diags
	}
	if _, predefined := access.ScopeByID(id); predefined {
		return nil
	}
	exists, err := r.HasScope(ctx, id)
	switch {
	case err != nil:
		diags.Append(plumbing.Unable("read", "scope", id, err))
	case !exists:
		diags.AddAttributeError(at, "Unknown Scope",
			fmt.Sprintf("The tenant has no scope %q. Use one that the data source iam_scopes lists. If this configuration creates it, refer to the id of the iam_scope.", id))
	}
	return diags
}

// planUses records the planned template and its base, and returns an error for
// a base that the plan destroys.
func (r *roleTemplateResource) planUses(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.Data == nil || r.Client == nil {
		return
	}
	var plan, state customTemplateModel
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		r.planDestroy(ctx, state.ID.ValueString(), resp)
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !plumbing.IsSet(plan.ID) {
		return
	}
	by := plumbing.Object{Kind: plumbing.KindTemplate, ID: plan.ID.ValueString()}
	r.Uses.NoteKept(by)
	base := plan.BasedOn.ValueString()
	r.Uses.NoteUses(by, plumbing.KindTemplate, []string{base}, !plan.BasedOn.IsUnknown())
	if r.Uses.Removed(plumbing.Object{Kind: plumbing.KindTemplate, ID: base}) {
		resp.Diagnostics.AddAttributeError(path.Root("based_on"), "Role Template Destroyed And Used",
			fmt.Sprintf("This plan destroys role template %s, but template %s is based on it. Set another template, or keep that one.", base, by.ID))
	}
}

// planUses records that the scope will exist, or reports what holds a destroyed
// scope.
func (r *scopeResource) planUses(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.Data == nil || r.Client == nil {
		return
	}
	var plan, state scopeModel
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		resp.Diagnostics.Append(r.planDestroy(ctx, state.ID.ValueString())...)
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if plumbing.IsSet(plan.ID) {
		r.Uses.NoteKept(plumbing.Object{Kind: plumbing.KindScope, ID: plan.ID.ValueString()})
	}
}
