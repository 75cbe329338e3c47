package review

import (
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// actions are what actions do to access, by type. Nil does nothing.
func actions() map[string]func(*applied, access.StateUser) {
	return map[string]func(*applied, access.StateUser){
		"iam_lock_user":           func(a *applied, u access.StateUser) { a.Lock(u, true) },
		"iam_unlock_user":         func(a *applied, u access.StateUser) { a.Lock(u, false) },
		"iam_transfer_team_owner": func(a *applied, u access.StateUser) { a.SetOwner(u) },
		"iam_resend_invitation":   nil, // reminds people of the access that they have
		"iam_sync_make":           nil, // does at once what the sync does by itself
	}
}

// invoke does what an action does to access, once it runs.
func (a *applied) invoke(i invocation) {
	do, known := actions()[i.typeName]
	if !known {
		a.noteAt(i.address, "what the action %s does is not known to this release", i.typeName)
	}
	if do == nil {
		return
	}
	if hasTrue(i.unknown) {
		a.noteAt(i.address, "whom it is about is not known before the apply")
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
