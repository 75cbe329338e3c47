package directory

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// checkControls refuses access controls that the tenant does not have and the plan
// does not create. planUses refuses those that the plan destroys.
func (r *groupResource) checkControls(ctx context.Context, plan groupModel) (diags diag.Diagnostics) {
	ids := plumbing.Strings(plan.AccessControlIDs)
	if len(ids) == 0 || r.Data == nil || r.Client == nil {
		return nil
	}
	tenant, err := r.Rights(ctx)
	if err != nil {
		diags.Append(plumbing.Unable("read", "access controls", "of the tenant", err))
		return diags
	}
	slices.Sort(ids)
	for _, id := range ids {
		if _, planned := tenant.Controls[id]; planned || tenant.Has(id) {
			continue
		}
		exists, err := r.HasControl(ctx, id)
		if err != nil {
			diags.Append(plumbing.Unable("read", "access control", id, err))
		}
		if exists || err != nil {
			continue
		}
		diags.AddAttributeError(path.Root("access_control_ids").AtSetValue(types.StringValue(id)), "Unknown Access Control",
			fmt.Sprintf("The tenant has no access control %q. Use one that the data source iam_access_controls lists. If this configuration creates the access control, refer to the id of the iam_access_control.", id))
	}
	return diags
}

// checkPublishing refuses rights to publish products in a vendor's group that cannot
// have them. given is the access by template and levels.
func (r *groupResource) checkPublishing(plan, state groupModel, given access.Access, tenant plumbing.Rights) (diags diag.Diagnostics) {
	if plan.VendorID.IsNull() || plan.AccessControlIDs.IsNull() && plumbing.IsSet(state.ID) {
		return nil // not a vendor's group, or its other access controls are not managed here and the API checks them
	}
	listed, role := plumbing.Strings(plan.AccessControlIDs), plan.RoleTemplate.ValueString()
	carried := listed
	if plan.isVendorRole() {
		carried = append(access.RoleControlIDs(role, given), listed...)
	}
	at := path.Root("access_control_ids")
	err := access.CheckPublishing(carried, scopesOf(listed, tenant))
	if err == nil {
		at = path.Root("access")
		if plan.Access.IsNull() {
			at = path.Root("role_template")
		}
		err = access.CheckPublishing(carried, scopesOf(access.RoleControlIDs(role, given), tenant))
	}
	if err != nil {
		diags.AddAttributeError(at, "Publishing Not For This Group",
			fmt.Sprintf("Group %s belongs to a vendor and cannot have these rights: %s", groupLabel(plan), plumbing.Sentence(err.Error())))
	}
	return diags
}

// scopesOf returns the scopes of access controls that the tenant lists.
func scopesOf(controls []string, tenant plumbing.Rights) (scopes []string) {
	for _, id := range controls {
		if c, ok := access.ControlByID(id); ok {
			scopes = append(scopes, c.Scopes...)
		}
		scopes = append(scopes, tenant.Controls[id].Scopes...)
	}
	return scopes
}
