package directory

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// planLock plans the change of the status by a lock. It refuses locks if the API does
// not support them, before anything is created: locking a new user takes a second
// request.
func (r *userResource) planLock(ctx context.Context, plan *userModel, prior userModel, diags *diag.Diagnostics) {
	if !plan.Locked.IsNull() && !plan.Locked.Equal(prior.Locked) {
		plan.Status = types.StringUnknown()
	}
	if r.Client == nil {
		return
	}
	const summary, detail = "Locking Not Supported", "This API cannot lock users; only the reference backend can. %s"
	if plan.Locked.ValueBool() && !prior.Locked.ValueBool() && !canLock(ctx, r.Data) {
		diags.AddAttributeError(path.Root("locked"), summary, fmt.Sprintf(detail, "Omit locked, and remove the user from all groups with group_ids = [] instead."))
	}
	if plan.OnDestroy.ValueString() == onDestroyLock && prior.OnDestroy.ValueString() != onDestroyLock && !canLock(ctx, r.Data) {
		diags.AddAttributeError(path.Root("on_destroy"), summary, fmt.Sprintf(detail, "Use on_destroy = \"remove\", which removes the user from the tenant and keeps the account on the platform."))
	}
}

// setLock locks or unlocks the user, unless the lock is settled. null does not change
// locks.
func (r *userResource) setLock(ctx context.Context, id string, want types.Bool, settled bool) error {
	switch {
	case want.IsNull() || settled:
		return nil
	case !want.ValueBool():
		return r.Client.UnlockUser(ctx, id)
	}
	return r.Client.LockUser(ctx, id)
}

// notLocked returns the error for a user who was created but could not be locked.
// Terraform taints a resource whose creation returns an error.
func notLocked(email string, err error) diag.Diagnostic {
	return plumbing.UnableAt(path.Root("locked"), "lock", "user", email,
		fmt.Errorf("%w. The user was created and is in the state, unlocked; the next apply would replace it. To keep the user, run terraform untaint with the address of this resource, then apply again", err))
}

// destroy removes, deletes or locks the user, as on_destroy says.
func (r *userResource) destroy(ctx context.Context, id, how string) error {
	if how != onDestroyLock {
		return r.Client.DeleteUser(ctx, id, how == onDestroyDelete)
	}
	// Lock first: that removes all access at once.
	if err := r.Client.LockUser(ctx, id); err != nil {
		return err
	}
	return r.Client.RemoveFromGroups(ctx, id)
}
