package review

import "testing"

// A type does something to access, or says why it does not.
func TestRules(t *testing.T) {
	t.Parallel()
	for _, r := range rules() {
		if does := r.put != nil || r.end != nil; does != (r.harmless == "") {
			t.Errorf("%s does something, or is harmless for a reason", r.typeName)
		}
	}
}

// A review knows types and actions, and nothing else.
func TestKnows(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"iam_group": true, "iam_lock_user": true, "iam_resend_invitation": true, "iam_badge": false, "": false} {
		if got := Knows(name); got != want {
			t.Errorf("%q is known: %t", name, got)
		}
	}
}
