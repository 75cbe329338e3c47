package review

import (
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// actions returns how each action type affects access. Nil has no effect.
func actions() map[string]func(*applied, access.StateUser) {
	return map[string]func(*applied, access.StateUser){
		"iam_lock_user":           func(a *applied, u access.StateUser) { a.Lock(u, true) },
		"iam_unlock_user":         func(a *applied, u access.StateUser) { a.Lock(u, false) },
		"iam_transfer_team_owner": func(a *applied, u access.StateUser) { a.SetOwner(u) },
		"iam_resend_invitation":   nil, // reminds users of access that they have
		"iam_sync_make":           nil, // runs a sync that happens anyway
	}
}

// invoke applies the effect of an action.
func (a *applied) invoke(i invocation) {
	do, known := actions()[i.typeName]
	if !known {
		a.noteAt(i.address, "this release does not know how the action %s affects access", i.typeName)
	}
	if do == nil {
		return
	}
	if hasTrue(i.unknown) {
		a.noteAt(i.address, "the user is not known before the apply")
		return
	}
	u := access.StateUser{ID: i.config.text("user_id") + i.config.text("member_id"), Email: i.config.text("email")}
	if u.Email == "" {
		u.Email = a.members[u.ID]
	}
	is, ok := a.User(u)
	switch {
	case !ok:
		a.noteAt(i.address, "there is no user %s: the action will fail", u.ID+u.Email)
	default:
		do(a, is)
	}
}

// first reports whether the action runs before the change that triggers it.
func (i invocation) first() bool { return strings.HasPrefix(i.event, "Before") }
