package directory

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// planLock plans what a lock changes besides: the status. It refuses a lock
// that the API does not have before anything is made, as a user cannot be made
// locked in one step.
func (r *userResource) planLock(ctx context.Context, plan *userModel, prior userModel, diags *diag.Diagnostics) {
	if !plan.Locked.IsNull() && !plan.Locked.Equal(prior.Locked) {
		plan.Status = types.StringUnknown()
	}
	if r.Client == nil {
		return
	}
	const summary, detail = "Locking Not Supported", "The API at hand cannot lock users, only the reference backend can. %s"
	if plan.Locked.ValueBool() && !prior.Locked.ValueBool() && !r.CanLock(ctx) {
		diags.AddAttributeError(path.Root("locked"), summary, fmt.Sprintf(detail, "Leave locked out, and take the user out of all groups with group_ids = [] instead."))
	}
	if plan.OnDestroy.ValueString() == onDestroyLock && prior.OnDestroy.ValueString() != onDestroyLock && !r.CanLock(ctx) {
		diags.AddAttributeError(path.Root("on_destroy"), summary, fmt.Sprintf(detail, "Use on_destroy = \"remove\", which takes the user out of the tenant and keeps the account on the platform."))
	}
}

// setLock locks or unlocks the user, unless that is settled; null leaves locks
// alone.
func (r *userResource) setLock(ctx context.Context, id string, want types.Bool, settled bool) error {
	switch {
	case want.IsNull() || settled:
		return nil
	case !want.ValueBool():
		return r.Client.UnlockUser(ctx, id)
	}
	return r.Client.LockUser(ctx, id)
}

// notLocked tells that a user was made and could not be locked. Terraform takes
// what an error left behind for broken.
func notLocked(email string, err error) diag.Diagnostic {
	return plumbing.UnableAt(path.Root("locked"), "lock", "user", email,
		fmt.Errorf("%w. The user was made and is in the state, unlocked; the next apply would replace it. To keep it, run terraform untaint with the address of this resource, then apply again", err))
}

// destroy does what the user's on_destroy says.
func (r *userResource) destroy(ctx context.Context, id, how string) error {
	if how != onDestroyLock {
		return r.Client.DeleteUser(ctx, id, how == onDestroyDelete)
	}
	// The lock comes first: it takes all access at once.
	if err := r.Client.LockUser(ctx, id); err != nil {
		return err
	}
	return r.Client.RemoveFromGroups(ctx, id)
}
