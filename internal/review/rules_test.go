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
