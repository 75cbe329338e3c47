package review

import (
	"fmt"
	"strings"
)

// invoke does what an action does to access, once it runs.
func (a *applied) invoke(i invocation) {
	note := func(format string, args ...any) {
		a.unresolved = append(a.unresolved, Unresolved{a.tenant, i.address, fmt.Sprintf(format, args...)})
	}
	switch i.typeName {
	case "iam_resend_invitation", "iam_sync_make":
		// Reminds people of access that they have, or does now what the sync does
		// by itself.
	case "iam_lock_user", "iam_unlock_user":
		if hasTrue(i.unknown["user_id"]) || hasTrue(i.unknown["email"]) {
			note("whom it is about is not known before the apply")
			return
		}
		id, email := i.config.text("user_id"), i.config.text("email")
		u := a.user(id, email)
		if u == nil {
			note("there is no user %s: the action will fail", id+email)
			return
		}
		u.Locked = i.typeName == "iam_lock_user"
	default:
		note("what the action %s does is not known to this release", i.typeName)
	}
}

// first reports whether the action runs before the change that triggers it.
func (i invocation) first() bool { return strings.HasPrefix(i.event, "Before") }
