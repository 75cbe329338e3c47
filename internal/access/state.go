package access

import (
	"cmp"
	"encoding/binary"
	"iter"
	"slices"
	"strings"
)

// State is a tenant's employees and their groups at one moment: as they are,
// or as a plan would make them.
type State struct {
	Users  []StateUser
	Groups []Group
	Make   MakeState
}

// StateUser is a user of a state.
type StateUser struct {
	ID       string // may be empty for one who is not created yet
	Email    string
	Name     string
	Locked   bool
	GroupIDs []string // those of no group in the state give nothing
}

// UserEvent is what happened to a user as such.
type UserEvent string

// The events. Most users have none.
const (
	UserAdded    UserEvent = "added"
	UserRemoved  UserEvent = "removed"
	UserLocked   UserEvent = "locked"
	UserUnlocked UserEvent = "unlocked"
)

// UserChange is what became of a user's access between two states.
type UserChange struct {
	User    StateUser // as after the change; a removed user as before
	Event   UserEvent // empty for most
	Changes []Change  // by category and entity code; users may share it: leave it as it is
}

// CompareStates yields the users whose access differs between two states of a
// tenant, and those who were added, removed, locked or unlocked; ordered by
// e-mail, then id. A user is the same where the id is, else where the e-mail is
// (without case): one who was made anew keeps their history. Only what is kept
// of it takes memory.
func CompareStates(before, after State) iter.Seq[UserChange] {
	return func(yield func(UserChange) bool) {
		c := newComparer(before, after)
		for _, p := range pairUsers(before.Users, after.Users) {
			change := UserChange{User: *p.user(), Event: p.event(), Changes: c.compare(p)}
			if (change.Event != "" || len(change.Changes) > 0) && !yield(change) {
				return
			}
		}
	}
}

// userPair is a user in two states; nil where they are not there.
type userPair struct{ was, is *StateUser }

func (p userPair) user() *StateUser { return cmp.Or(p.is, p.was) }

func compareUsers(a, b StateUser) int {
	return cmp.Or(
		cmp.Compare(strings.ToLower(a.Email), strings.ToLower(b.Email)),
		cmp.Compare(a.ID, b.ID),
	)
}

func (p userPair) event() UserEvent {
	switch {
	case p.was == nil:
		return UserAdded
	case p.is == nil:
		return UserRemoved
	case p.is.Locked && !p.was.Locked:
		return UserLocked
	case p.was.Locked && !p.is.Locked:
		return UserUnlocked
	}
	return ""
}

// pairUsers returns every user of the two states once, ordered by e-mail, then
// id.
func pairUsers(before, after []StateUser) []userPair {
	byID, byEmail := make(map[string]int, len(before)), make(map[string]int, len(before))
	for i, u := range before {
		byID[u.ID], byEmail[strings.ToLower(u.Email)] = i, i
	}
	delete(byID, "") // who has no id, or no e-mail, is not the same as another without
	delete(byEmail, "")
	pairs := make([]userPair, len(after), len(after)+len(before))
	taken := make([]bool, len(before))
	take := func(i, j int, known bool) {
		if known && !taken[j] {
			pairs[i].was, taken[j] = &before[j], true
		}
	}
	for i := range after {
		pairs[i].is = &after[i]
		j, known := byID[after[i].ID]
		take(i, j, known)
	}
	for i := range after {
		if pairs[i].was == nil {
			j, known := byEmail[strings.ToLower(after[i].Email)]
			take(i, j, known)
		}
	}
	for j := range before {
		if !taken[j] {
			pairs = append(pairs, userPair{was: &before[j]})
		}
	}
	slices.SortStableFunc(pairs, func(a, b userPair) int { return compareUsers(*a.user(), *b.user()) })
	return pairs
}

// maxKnown bounds the comparisons that are kept for users in the same groups:
// where hardly two users share theirs, keeping all gains nothing.
const maxKnown = 10_000

// comparer compares users of two states. Users with the same groups before and
// the same groups after share one comparison.
type comparer struct {
	before, after *Compiled
	numbers       map[*grant]uint32
	known         map[string][]Change
}

// newComparer evaluates each group once for both states, where it is the same.
func newComparer(before, after State) *comparer {
	c := &comparer{
		before: Compile(before.Groups), after: Compile(after.Groups),
		numbers: map[*grant]uint32{}, known: map[string][]Change{},
	}
	for id, g := range c.after.byID {
		if old, ok := c.before.byID[id]; ok && old.access == g.access && slices.Equal(old.restrictions, g.restrictions) {
			c.after.byID[id] = old
		}
	}
	for _, side := range []*Compiled{c.before, c.after} {
		for _, g := range side.byID {
			if _, ok := c.numbers[g]; !ok {
				c.numbers[g] = uint32(len(c.numbers)) //nolint:gosec // no tenant has so many groups
			}
		}
	}
	return c
}

func (c *comparer) compare(p userPair) []Change {
	before, after := c.before.subjectOf(p.was), c.after.subjectOf(p.is)
	if slices.Equal(before.grants, after.grants) {
		return nil
	}
	key := make([]byte, 0, 64)
	for _, s := range []Subject{before, after} {
		key = binary.LittleEndian.AppendUint32(key, uint32(len(s.grants))) //nolint:gosec // as above
		for _, g := range s.grants {
			key = binary.LittleEndian.AppendUint32(key, c.numbers[g])
		}
	}
	changes, ok := c.known[string(key)]
	if !ok {
		changes = CompareSubjects(before, after)
		if len(c.known) < maxKnown {
			c.known[string(key)] = changes
		}
	}
	return changes
}

// subjectOf is the subject of a user; nobody has no access.
func (c *Compiled) subjectOf(u *StateUser) Subject {
	if u == nil {
		return Subject{}
	}
	return c.Subject(u.Locked, u.GroupIDs...)
}
