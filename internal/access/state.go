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
	Users  []StateUser // who is in the team, too, with or without being a user
	Groups []Group
	Rights Rights
	Make   MakeState
	Unread []string // what could not be read, and so is not told of
}

// StateUser is a user of a state.
type StateUser struct {
	ID       string // may be empty for one who is not created yet
	Email    string
	Name     string
	Locked   bool
	GroupIDs []string    // those of no group in the state give nothing
	Team     *TeamMember // nil for who is not in the team
	Outside  bool        // is in the team and no user of the tenant
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
	User  StateUser // as after the change; a removed user as before
	Event UserEvent // empty for most
	// Changes are those of entities, by category and code, then of scopes, team,
	// products and Make. Users may share them: leave them as they are.
	Changes []Change
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
	was, is := p.was != nil && !p.was.Outside, p.is != nil && !p.is.Outside
	switch {
	case !was && is:
		return UserAdded
	case was && !is:
		return UserRemoved
	case !was:
		return ""
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
	before, after side
	numbers       map[*grant]uint32
	known         map[string][]Change
}

// side is what a comparer needs to know of one of the states.
type side struct {
	grants  *Compiled
	make    MakeState
	members map[string]bool // of the Make organization, by id
}

// newComparer evaluates each group once for both states, where it is the same.
func newComparer(before, after State) *comparer {
	c := &comparer{
		before:  side{before.Rights.Compile(before.Groups), before.Make, before.Make.index()},
		after:   side{after.Rights.Compile(after.Groups), after.Make, after.Make.index()},
		numbers: map[*grant]uint32{}, known: map[string][]Change{},
	}
	for id, g := range c.after.grants.byID {
		if old, ok := c.before.grants.byID[id]; ok && old.alike(g) {
			c.after.grants.byID[id] = old
		}
	}
	return c
}

// number numbers the groups, for keys of what is known.
func (c *comparer) number(g *grant) uint32 {
	n, ok := c.numbers[g]
	if !ok {
		n = uint32(len(c.numbers)) //nolint:gosec // no tenant has so many groups
		c.numbers[g] = n
	}
	return n
}

// compare returns what became of a user's access.
func (c *comparer) compare(p userPair) []Change {
	before, after := c.before.grants.subjectOf(p.was), c.after.grants.subjectOf(p.is)
	changes := c.subjects(before, after)
	var was, is *TeamMember
	if p.was != nil {
		was = p.was.Team
	}
	if p.is != nil {
		is = p.is.Team
	}
	had, has := before.MakeRoles(), after.MakeRoles()
	others := append(teamChanges(was, is), makeChanges(had, has, c.before.standing(p.was, had), c.after.standing(p.user(), has))...)
	if len(others) == 0 {
		return changes
	}
	return slices.Concat(changes, others)
}

// standing says how a user stands with the Make organization. One who has left
// the tenant may still be a member.
func (s side) standing(u *StateUser, roles []string) string {
	return s.make.standing(roles, u != nil && s.members[u.ID])
}

// subjects compares what groups give.
func (c *comparer) subjects(before, after Subject) []Change {
	if slices.Equal(before.grants, after.grants) {
		return nil
	}
	key := make([]byte, 0, 64)
	for _, s := range []Subject{before, after} {
		key = binary.LittleEndian.AppendUint32(key, uint32(len(s.grants))) //nolint:gosec // as above
		for _, g := range s.grants {
			key = binary.LittleEndian.AppendUint32(key, c.number(g))
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
