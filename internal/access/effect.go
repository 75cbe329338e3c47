package access

import (
	"cmp"
	"slices"
	"strings"
)

// Effect is a way in which a plan affects users.
type Effect int

// The effects.
const (
	LosesAccess Effect = iota
	GainsAccess
	BecomesAdmin
	LiftsRestriction
	CeasesAdmin

	effects // their number
)

// has reports whether a change has the effect.
func (e Effect) has(c UserChange) bool {
	switch e {
	case LosesAccess:
		return c.LosesAccess()
	case GainsAccess:
		return c.GainsAccess()
	case BecomesAdmin:
		return c.BecomesAdmin()
	case LiftsRestriction:
		return c.LiftsRestriction()
	}
	return c.CeasesAdmin()
}

// ShownAffected is the number of users that MostAffected returns.
const ShownAffected = 10

// affectedUsers are the users that a plan affects in one way. The most affected of
// them are kept up to date with each change: a large plan asks for them at each step.
type affectedUsers struct {
	users map[int]bool
	most  []int // up to ShownAffected, in the order of compareAffected
	stale bool  // others may belong to the most affected
}

// set notes whether the plan affects a user, whose total is up to date. It reports
// whether the user is another one.
func (a *affectedUsers) set(f *Forecast, i int, affects bool) (more bool) {
	if !affects {
		if a.users[i] {
			delete(a.users, i)
			a.stale = a.stale || slices.Contains(a.most, i)
		}
		return false
	}
	more = !a.users[i]
	a.users[i] = true
	switch at := slices.Index(a.most, i); {
	case a.stale:
	case at < 0:
		a.most = append(a.most, i)
		slices.SortFunc(a.most, f.compareAffected)
		a.most = a.most[:min(len(a.most), ShownAffected)]
	default: // others may overtake the user
		a.stale = len(a.users) > ShownAffected
		slices.SortFunc(a.most, f.compareAffected)
	}
	return more
}

// compareAffected orders people by their number of changes, then by e-mail.
func (f *Forecast) compareAffected(i, j int) int {
	a, b := f.totals[i], f.totals[j]
	return cmp.Or(cmp.Compare(len(b.Changes), len(a.Changes)), compareChanges(a, b), cmp.Compare(i, j))
}

// MostAffected returns up to ShownAffected of the users that the plan so far affects
// in this way, those with the most changes first, and the number of all.
func (f *Forecast) MostAffected(e Effect) (most []UserChange, all int) {
	a := &f.affects[e]
	if a.stale {
		a.most, a.stale = a.most[:0], false
		for i := range a.users {
			if len(a.most) == ShownAffected && f.compareAffected(i, a.most[ShownAffected-1]) > 0 {
				continue
			}
			a.most = append(a.most[:min(len(a.most), ShownAffected-1)], i)
			slices.SortFunc(a.most, f.compareAffected)
		}
	}
	for _, i := range a.most {
		most = append(most, f.totals[i])
	}
	return most, len(a.users)
}

// Totals returns how the plan so far changes the users with these e-mail addresses,
// those with the most changes first. It omits users that it does not change.
func (f *Forecast) Totals(emails []string) []UserChange {
	var found []int
	for _, email := range emails {
		i, known := f.tenant.byEmail[strings.ToLower(email)]
		if _, changed := f.totals[i]; known && changed && !slices.Contains(found, i) {
			found = append(found, i)
		}
	}
	slices.SortFunc(found, f.compareAffected)
	changes := make([]UserChange, len(found))
	for n, i := range found {
		changes[n] = f.totals[i]
	}
	return changes
}
