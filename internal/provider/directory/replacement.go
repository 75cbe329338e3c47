package directory

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// leftUser is what the removal of a user passes to the creation that replaces it:
// groups and a lock that this resource does not manage and the new user would lose.
type leftUser struct {
	stays  bool // the user was not removed
	groups []string
	locked bool
}

// leave records the groups and the lock of a user before a replacement removes it. A
// user whom on_destroy only locks could not be created again, so it stays.
func (r *userResource) leave(ctx context.Context, state userModel) any {
	if state.OnDestroy.ValueString() == onDestroyLock {
		return leftUser{stays: true}
	}
	user, err := r.Client.User(ctx, state.ID.ValueString())
	if err != nil {
		return leftUser{} // the removal reports the error
	}
	return leftUser{groups: user.GroupIDs, locked: user.Locked()}
}

// leftBy returns what the replaced user left in this run.
func (r *userResource) leftBy(m userModel) leftUser {
	left, _ := r.Keys.Replaced(plumbing.User(m.Email.ValueString()))
	user, _ := left.(leftUser)
	return user
}

// restore adds a user to the groups of the replaced user, and locks it if that one was
// locked, unless this resource manages them.
func (r *userResource) restore(ctx context.Context, id string, plan userModel, left leftUser, diags *diag.Diagnostics) {
	email := plan.Email.ValueString()
	if plan.Locked.IsNull() && left.locked {
		if err := r.Client.LockUser(ctx, id); err != nil {
			diags.Append(plumbing.Unable("lock", "user", email, fmt.Errorf("%w. The user was locked before it was replaced", err)))
		}
	}
	if !plan.GroupIDs.IsNull() {
		return
	}
	defer r.Client.Lock(lockUser, id)()
	for _, group := range left.groups {
		if err := r.Client.AssignMember(ctx, group, access.Employee, id); err != nil && !client.IsNotFound(err) {
			diags.Append(notRestored(email, group, err))
		}
	}
}

// notRestored warns that a membership was lost in a replacement.
func notRestored(user, group string, err error) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Membership Not Restored",
		fmt.Sprintf("User %s was in group %s before the replacement, and adding the user again failed: %s", user, group, plumbing.Sentence(err.Error())))
}

// checkReplacementImpact checks a replacement as a removal: the new user has another
// id and must be added to the groups again.
func (r *userResource) checkReplacementImpact(ctx context.Context, plan tfsdk.Plan) (diags diag.Diagnostics) {
	var m userModel
	diags.Append(m.fields().Decode(ctx, plan.Raw)...)
	diags.Append(r.CheckImpact(ctx, func(s *access.Tenant) { s.RemoveUser(access.StateUser{Email: m.Email.ValueString()}) })...)
	return diags
}

// leftGroup is what the removal of a group passes to the creation that replaces it
// with the same id.
type leftGroup struct {
	userType, vendor string
	members          []api.Assignment
}

// leave records the members of a group before it is removed.
func (r *groupResource) leave(ctx context.Context, state groupModel) any {
	members, err := r.Client.Members(ctx, state.ID.ValueString())
	if err != nil {
		return leftGroup{} // the removal reports the error
	}
	return leftGroup{state.UserType.ValueString(), state.VendorID.ValueString(), members}
}

// restore adds the members of a replaced group to the new one, if it has the same type
// of users and the same vendor.
func (r *groupResource) restore(ctx context.Context, plan groupModel, diags *diag.Diagnostics) {
	id := plan.ID.ValueString()
	left, _ := r.Keys.Replaced(plumbing.Object{Kind: groupKey.Thing, ID: id})
	group, _ := left.(leftGroup)
	if group.userType != plan.UserType.ValueString() || group.vendor != plan.VendorID.ValueString() {
		return
	}
	for _, m := range group.members {
		unlock := r.Client.Lock(lockUser, m.UserID)
		err := r.Client.AssignMember(ctx, id, m.UserType, m.UserID)
		unlock()
		if err != nil && !client.IsNotFound(err) {
			diags.Append(notRestored(m.UserID, id, err))
		}
	}
}
