package review

import "testing"

// Every type has an effect on access, or a reason why it has none.
func TestRules(t *testing.T) {
	t.Parallel()
	for _, r := range rules() {
		if does := r.put != nil || r.end != nil; does != (r.harmless == "") {
			t.Errorf("%s must have either an effect or a reason to be harmless", r.typeName)
		}
	}
}

// A review knows only its types and actions.
func TestKnows(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"iam_group": true, "iam_lock_user": true, "iam_resend_invitation": true, "iam_badge": false, "": false} {
		if got := Knows(name); got != want {
			t.Errorf("%q is known: %t", name, got)
		}
	}
}
