package access

import (
	"fmt"
	"strings"
)

// Decision answers whether a user may do something (rule 8).
type Decision struct {
	Allowed bool
	// Reason is one sentence that names the group which decided.
	Reason string
	// GrantedBy are the ids of the groups that allow it, sorted; none when it
	// is not allowed.
	GrantedBy []string
}

// Decide says whether the user holds the level on the entity's records that
// carry the restriction value; nil stands for a record that carries none. What
// the catalog does not know is not allowed: ask Check first for a better
// answer.
func Decide(u User, entity string, level Level, restriction *string) Decision {
	return u.Subject().Decide(entity, level, restriction)
}

// Decide answers for a subject as the function of this name does for a user.
func (s Subject) Decide(entity string, level Level, restriction *string) Decision {
	i, ok := entityIndex[entity]
	switch {
	case !ok:
		return Decision{Reason: fmt.Sprintf("The catalog has no entity %q.", entity)}
	case level == None || !catalog[i].Product.Admits(level):
		return Decision{Reason: fmt.Sprintf("No user can hold the level %s on %s.", level, entity)}
	}
	count := 0
	for _, g := range s.grants {
		if g.access[i] >= level && g.reaches(i, restriction) {
			count++
		}
	}
	if count == 0 {
		return Decision{Reason: s.whyNot(i, level, restriction)}
	}
	d := Decision{Allowed: true, GrantedBy: make([]string, 0, count)}
	for _, g := range s.grants {
		if g.access[i] >= level && g.reaches(i, restriction) {
			d.GrantedBy = append(d.GrantedBy, g.ID)
			if d.Reason == "" {
				d.Reason = g.why(i, level, restriction)
			}
		}
	}
	return d
}

// why says how the group allows the level.
func (g *grant) why(entity int, level Level, restriction *string) string {
	held := g.access[entity]
	reason := "Group " + g.String() + " gives " + held.String() + " on " + catalog[entity].Code
	if g.narrows(entity) {
		reason += " for records with " + *restriction
	}
	if held > level {
		reason += ", which contains " + level.String()
	}
	return reason + "."
}

// whyNot says what comes nearest to allowing the level, and what it lacks: the
// group with the highest level on the entity, rather one that gives it on these
// records than one that gives it on others.
func (s Subject) whyNot(entity int, level Level, restriction *string) string {
	if s.locked {
		return "The user is locked and so has no access."
	}
	var nearest *grant
	best := -1
	for _, g := range s.grants {
		held := g.access[entity]
		if held == None {
			continue
		}
		nearness := 2 * int(held)
		if g.reaches(entity, restriction) {
			nearness++
		}
		if nearness > best {
			nearest, best = g, nearness
		}
	}
	if nearest == nil {
		return "None of the user's groups gives access to " + catalog[entity].Code + "."
	}
	return nearest.whyNot(entity, level, restriction)
}

func (g *grant) whyNot(entity int, level Level, restriction *string) string {
	held := g.access[entity]
	reason := "Group " + g.String() + " gives " + held.String() + " on " + catalog[entity].Code
	if held < level {
		reason += " and not " + level.String()
	}
	if g.reaches(entity, restriction) {
		return reason + "."
	}
	only := ", only for records with " + strings.Join(g.restrictions, " or ")
	if restriction == nil {
		return reason + only + " and not for those without a restriction."
	}
	return reason + only + " and not for those with " + *restriction + "."
}
