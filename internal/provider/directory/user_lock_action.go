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

// lockAction locks or unlocks a user.
type lockAction struct {
	plumbing.PersonAction

	lock bool
}

// NewLockUserAction returns the action iam_lock_user.
func NewLockUserAction() action.Action {
	return newLockAction("lock_user", true, "Locks a user immediately. A locked user has no access but stays in its groups. Locking a locked user has no effect, and the Owner of the team cannot be locked. The provider's `guardrails` also apply to this action, already in the plan. ")
}

// NewUnlockUserAction returns the action iam_unlock_user.
func NewUnlockUserAction() action.Action {
	return newLockAction("unlock_user", false, "Unlocks a user, who then has the access of its groups again. Unlocking a user who is not locked has no effect. ")
}

func newLockAction(name string, lock bool, about string) *lockAction {
	return &lockAction{lock: lock, PersonAction: plumbing.PersonAction{
		Action: plumbing.Action{Name: name},
		About: about + "If an `iam_user` sets `locked`, change it there instead: otherwise its next plan reverts the action. " +
			"Requires Terraform 1.14 and the reference backend, as the public API cannot lock users.",
		ID:         "user_id",
		AboutID:    "Id of the user.",
		AboutEmail: "E-mail address of the user (case-insensitive).",
	}}
}

// errCannotLock is the error for an API that cannot lock users.
var errCannotLock = errors.New("this API cannot lock users; only the reference backend can")

func (a *lockAction) verb() string {
	if a.lock {
		return "lock"
	}
	return "unlock"
}

// change applies the action to the tenant that the guardrails check.
func (a *lockAction) change(user access.StateUser) func(*access.Tenant) {
	return func(s *access.Tenant) { s.Lock(user, a.lock) }
}

// ModifyPlan refuses an action that the apply cannot perform or that the guardrails
// forbid. The plan may create the user.
func (a *lockAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	named, ok := a.ReadPlannedTarget(ctx, req.Config, &resp.Diagnostics)
	if !ok {
		return
	}
	target := access.StateUser{Email: named.Email}
	user, err := a.Client.FindUser(ctx, named.ID, named.Email)
	switch {
	case err == nil:
		target = access.StateUser{ID: user.ID, Email: user.ContactEmail}
	case client.IsNotFound(err) && named.Email != "" && a.Keys.Holds(plumbing.User(named.Email)):
		err = nil
	case client.IsNotFound(err):
		err = a.ExplainUnplanned(err, named, "iam_user")
	}
	if err == nil && !canLock(ctx, a.Data) {
		err = errCannotLock
	}
	if err != nil {
		resp.Diagnostics.Append(plumbing.UnableAt(named.At, a.verb(), "user", named.Name(), err))
		return
	}
	if a.lock {
		resp.Diagnostics.Append(a.CheckOwnerLock(ctx, target.Email, named.At)...)
	}
	resp.Diagnostics.Append(a.CheckImpact(ctx, a.change(target))...)
}

func (a *lockAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	named, ok := a.ReadTarget(ctx, req.Config, &resp.Diagnostics)
	if !ok {
		return
	}
	state := a.verb() + "ed"
	user, err := a.Client.FindUser(ctx, named.ID, named.Email)
	if err != nil {
		resp.Diagnostics.Append(plumbing.UnableAt(named.At, a.verb(), "user", named.Name(), err))
		return
	}
	if user.Locked() == a.lock {
		plumbing.Progress(resp, "%s is already %s", user.ContactEmail, state)
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
		resp.Diagnostics.Append(plumbing.UnableAt(named.At, a.verb(), "user", user.ContactEmail, err))
		return
	}
	plumbing.Progress(resp, "%s is %s", user.ContactEmail, state)
	_, err = client.WaitFor(ctx, func(ctx context.Context) (*api.User, error) { return a.Client.User(ctx, user.ID) }, func(u api.User) bool { return u.Locked() == a.lock })
	if err != nil {
		resp.Diagnostics.AddWarning("Change Not Read Back", "User "+user.ContactEmail+" was "+state+", but reading the user back failed: "+plumbing.Sentence(err.Error())+" The next refresh shows the change.")
	}
}
