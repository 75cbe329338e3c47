package plumbing

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// visible returns the effects of a change to show; none unless show_impact is set.
func (g Guardrails) visible(i access.Impact) []access.UserChange {
	if !g.ShowImpact {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(i.Step), func(c access.UserChange) bool { return c.Event == access.UserAdded && len(c.Changes) == 0 })
}

// apart is how many changes a plan shows one by one. Of warnings with the same
// summary the CLI shows the first and counts the others, and nobody reads hundreds.
const apart = 30

func impactSummary(n int) string {
	switch {
	case n == 1:
		return "Access Changes"
	case n <= apart:
		return fmt.Sprintf("Access Changes (%d)", n)
	}
	return "More Access Changes"
}

// shown is how many names, and how many kinds of change, a text lists.
const shown = access.ShownAffected

// impactText counts the users who gain and lose access, then lists the changes,
// grouping users with the same change.
func impactText(changes []access.UserChange) string {
	var gain, lose int
	var kinds []string
	users := map[string][]access.StateUser{}
	for _, c := range changes {
		if c.LosesAccess() {
			lose++
		}
		if slices.ContainsFunc(c.Changes, access.Change.Widens) {
			gain++
		}
		what := whatHappens(c)
		if users[what] == nil {
			kinds = append(kinds, what)
		}
		users[what] = append(users[what], c.User)
	}
	lines := []string{fmt.Sprintf("%s, %s, by this change:\n", plural(gain, "user gains access", "users gain access"), plural(lose, "loses access", "lose access"))}
	named := 0
	for n, what := range kinds {
		if n == shown {
			lines = append(lines, fmt.Sprintf("  and %d more kinds of change", len(kinds)-shown))
			break
		}
		these := users[what]
		few := these[:min(len(these), max(shown-named, 0))]
		named += len(few)
		lines = append(lines, "  "+whom(few, len(these))+": "+what)
	}
	return strings.Join(lines, "\n")
}

// whom names some of a number of users.
func whom(some []access.StateUser, all int) string {
	switch {
	case len(some) == 0:
		return plural(all, "user", "users")
	case len(some) < all:
		return fmt.Sprintf("%s and %d more", everyone(some), all-len(some))
	}
	return everyone(some)
}

func everyone(users []access.StateUser) string {
	names := make([]string, len(users))
	for i, u := range users {
		names[i] = name(u)
	}
	return strings.Join(names, ", ")
}

func name(u access.StateUser) string {
	return access.Visible(cmp.Or(u.Email, u.ID))
}

// whatHappens describes in one line how a user is affected.
func whatHappens(c access.UserChange) string {
	var all []string
	if c.Event != "" {
		all = append(all, "is "+string(c.Event))
	}
	for _, change := range access.JoinEntities(c.Changes) {
		all = append(all, access.Visible(change.Text())) // on one line, whatever the names contain
	}
	return strings.Join(all, "; ")
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
