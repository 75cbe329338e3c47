package plumbing

import (
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// A name stays on its line of a message, whatever names a server returns.
func TestNames_oneLine(t *testing.T) {
	t.Parallel()
	const forged = "Team\n\nError: nobody loses anything"
	for what, text := range map[string]string{
		"a list":   JoinNames([]string{"ada@acme.example", forged}),
		"the rest": JoinNames(append(strings.Split("a b c d e f g h i", " "), forged, "more")),
		"people":   everyone([]access.StateUser{{Email: forged}, {ID: forged}}),
		"a change": whatHappens(access.UserChange{Changes: []access.Change{{Entity: forged, Before: access.Read}}}),
	} {
		if strings.Contains(text, "\n") || !strings.Contains(text, `Team\u{a}\u{a}Error`) {
			t.Errorf("%s: %q", what, text)
		}
	}
}
