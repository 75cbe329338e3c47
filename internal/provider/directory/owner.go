package directory

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/access-config/terraform-provider-iam/internal/access/usertable"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// forgetUser explains how to keep the Owner's user.
const forgetUser = " To keep the user and only stop managing it here, make Terraform forget the resource instead of destroying it:\n\n  removed {\n    from = iam_user.NAME\n    lifecycle {\n      destroy = false\n    }\n  }"

// planOwner refuses to destroy, replace or lock the Owner of the team. It reports
// whether it added a diagnostic.
func (r *userResource) planOwner(ctx context.Context, key plumbing.PlannedKey, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) bool {
	var plan, state userModel
	if !req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(plan.fields().Decode(ctx, req.Plan.Raw)...)
	}
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(state.fields().Decode(ctx, req.State.Raw)...)
	}
	if resp.Diagnostics.HasError() {
		return false
	}
	email, does, at, remedy := "", "destroys", path.Root("email"), forgetUser
	switch {
	case key.Removed: // the plan has checked it
	case key.Replaces:
		email = plan.Email.ValueString()
	case plumbing.IsSet(state.Email) && !plan.Email.Equal(state.Email):
		email = state.Email.ValueString()
	case plan.Locked.ValueBool() && !state.Locked.ValueBool():
		email, does, at, remedy = plan.Email.ValueString(), "locks", path.Root("locked"), ""
	}
	reported, diags := r.CheckOwnerRemoval(ctx, email, does, at, remedy)
	resp.Diagnostics.Append(diags...)
	return reported
}

// planOwner refuses a table that removes or locks the Owner of the team.
func (r *usersCSVResource) planOwner(ctx context.Context, table, former usersTable, how string, diags *diag.Diagnostics) {
	for _, row := range former.Users {
		if _, stays := table.Find(row.Email); stays || how == onDestroyKeep {
			continue
		}
		_, d := r.CheckOwnerRemoval(ctx, row.Email, "destroys", path.Root("csv"), fmt.Sprintf(" Alternatively, keep the row on line %d or set on_destroy = \"keep\".", row.Line))
		diags.Append(d...)
	}
	for _, row := range table.Users {
		if was, _ := former.Find(row.Email); row.Locked && !was.Locked {
			_, d := r.CheckOwnerRemoval(ctx, row.Email, "locks", path.Root("csv"), "")
			diags.Append(d...)
		}
	}
}

// withoutOwner returns a table to destroy without the Owner of the team, who is kept.
func (r *usersCSVResource) withoutOwner(ctx context.Context, m usersCSVModel, diags *diag.Diagnostics) usersCSVModel {
	written, err := usertable.Read(m.CSV.ValueString())
	owner, lookup := r.Client.TeamOwner(ctx)
	if err != nil || lookup != nil || m.OnDestroy.ValueString() == onDestroyKeep {
		return m // there is no Owner, or the delete reports the error
	}
	m.CSV = newUsersText(written.Edit(func(row usertable.User) (usertable.User, bool) {
		return row, !strings.EqualFold(row.Email, owner.Email) || !r.KeepOwner(ctx, row.Email, diags)
	}))
	return m
}
