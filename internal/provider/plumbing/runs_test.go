package plumbing

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/path"
)

// Two plans of an object are two resources, unless the provider serves several runs:
// it was configured without a validation, and resources were validated that it did
// not plan.
func TestRuns(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		provider  bool
		validated int
		several   bool
	}{
		"a plan":                          {true, 2, false},
		"a plan while others start":       {true, 5, false},
		"a caller that validates nothing": {false, 0, false},
		"a caller that plans everything":  {false, 2, false},
		"runs of a test file":             {false, 3, true},
	} {
		var runs Runs
		if c.provider {
			runs.NoteProvider()
		}
		for range c.validated {
			runs.NoteValidated()
		}
		keys := Keys{Runs: &runs}
		hold := func(mark string) bool {
			runs.NotePlanned()
			return keys.Hold(User("anna@acme.example"), "anna", Claim{Type: "iam_user", Mark: mark, Creates: true}, path.Root("email")).HasError()
		}
		if hold("first") {
			t.Errorf("%s: the first plan is refused", name)
		}
		if refused := hold("second"); refused == c.several {
			t.Errorf("%s: the second plan is refused: %t", name, refused)
		}
	}
	if (*Runs)(nil).Several() {
		t.Error("a ledger without runs has several")
	}
}
