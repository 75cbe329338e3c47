package directory

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/action"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var (
	_ action.ActionWithConfigure        = (*lockAction)(nil)
	_ action.ActionWithConfigValidators = (*lockAction)(nil)
	_ action.ActionWithModifyPlan       = (*lockAction)(nil)
)

// lockAction locks users, or unlocks them.
type lockAction struct {
	plumbing.PersonAction

	lock bool
}

// NewLockUserAction returns the action iam_lock_user.
func NewLockUserAction() action.Action {
	return newLockAction("lock_user", true, "Locks a user at once: it has no access any more, whatever its groups, and keeps them. A user who is locked stays so, and the Owner of the team cannot be locked. The provider's `guardrails` hold here, too, already in the plan. ")
}

// NewUnlockUserAction returns the action iam_unlock_user.
func NewUnlockUserAction() action.Action {
	return newLockAction("unlock_user", false, "Unlocks a user: it has the access again that its groups give. A user who is not locked stays so. ")
}

func newLockAction(name string, lock bool, about string) *lockAction {
	return &lockAction{lock: lock, PersonAction: plumbing.PersonAction{
		Action: plumbing.Action{Name: name},
		About: about + "Where an `iam_user` sets `locked`, its next plan shows the difference and takes it back: change it there instead. " +
			"Needs the reference backend, as the public API cannot lock users, and Terraform 1.14.",
		ID:         "user_id",
		AboutID:    "Id of the user.",
		AboutEmail: "E-mail address of the user, in any case.",
	}}
}

// errCannotLock says so of an API that has no locks.
var errCannotLock = errors.New("the API at hand cannot lock users, only the reference backend can")

func (a *lockAction) verb() string {
	if a.lock {
		return "lock"
	}
	return "unlock"
}

// change is what the action does to a user for the guardrails.
func (a *lockAction) change(user access.StateUser) func(*access.Tenant) {
	return func(s *access.Tenant) { s.Lock(user, a.lock) }
}

// ModifyPlan refuses what the apply could not do, or what the guardrails forbid.
// The user may be one whom the plan creates.
func (a *lockAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	whom, ok := a.ReadPlannedTarget(ctx, req.Config, &resp.Diagnostics)
	if !ok {
		return
	}
	target := access.StateUser{Email: whom.Email}
	user, err := a.Client.FindUser(ctx, whom.ID, whom.Email)
	switch {
	case err == nil:
		target = access.StateUser{ID: user.ID, Email: user.ContactEmail}
	case client.IsNotFound(err) && whom.Email != "" && a.Keys.Holds(plumbing.User(whom.Email)):
		err = nil
	case client.IsNotFound(err):
		err = a.ExplainUnplanned(err, whom, "iam_user")
	}
	if err == nil && !a.CanLock(ctx) {
		err = errCannotLock
	}
	if err != nil {
		resp.Diagnostics.Append(plumbing.UnableAt(whom.At, a.verb(), "user", whom.Name(), err))
		return
	}
	if a.lock {
		resp.Diagnostics.Append(a.CheckOwnerLock(ctx, target.Email, whom.At)...)
	}
	resp.Diagnostics.Append(a.CheckImpact(ctx, a.change(target))...)
}

func (a *lockAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	whom, ok := a.ReadTarget(ctx, req.Config, &resp.Diagnostics)
	if !ok {
		return
	}
	state := a.verb() + "ed"
	user, err := a.Client.FindUser(ctx, whom.ID, whom.Email)
	if err != nil {
		resp.Diagnostics.Append(plumbing.UnableAt(whom.At, a.verb(), "user", whom.Name(), err))
		return
	}
	if user.Locked() == a.lock {
		plumbing.Progress(resp, "%s is %s already", user.ContactEmail, state)
		return
	}
	resp.Diagnostics.Append(a.CheckImpact(ctx, a.change(access.StateUser{ID: user.ID, Email: user.ContactEmail}))...)
	if resp.Diagnostics.HasError() {
		return
	}
	change := a.Client.UnlockUser
	if a.lock {
		change = a.Client.LockUser
	}
	if err := change(ctx, user.ID); err != nil {
		resp.Diagnostics.Append(plumbing.UnableAt(whom.At, a.verb(), "user", user.ContactEmail, err))
		return
	}
	plumbing.Progress(resp, "%s is %s", user.ContactEmail, state)
	_, err = client.WaitFor(ctx, func(ctx context.Context) (*api.User, error) { return a.Client.User(ctx, user.ID) }, func(u api.User) bool { return u.Locked() == a.lock })
	if err != nil {
		resp.Diagnostics.AddWarning("Change Not Seen Yet", "User "+user.ContactEmail+" was "+state+", and reading it back failed: "+plumbing.Sentence(err.Error())+" The next refresh shows it.")
	}
}
