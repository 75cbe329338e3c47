package access

import (
	"cmp"
	"encoding/binary"
	"iter"
	"slices"
	"strings"
)

// State is a tenant's employees and their groups at one moment: as they are, or
// as a plan would change them.
type State struct {
	Users  []StateUser // includes members of the team who are not users
	Groups []Group
	Rights Rights
	Make   MakeState
	// Products are those that the tenant has added to the predefined ones.
	Products []TeamProduct
	Unread   []string // what could not be read, and is therefore not reported on
}

// StateUser is a user in a state.
type StateUser struct {
	ID       string // may be empty for a user who is not created yet
	Email    string
	Name     string
	Locked   bool
	GroupIDs []string    // ids of groups that are not in the state grant nothing
	Team     *TeamMember // nil for a user outside the team
	Outside  bool        // in the team, but not a user of the tenant

	Department string
}

// UserEvent is what happened to a user, apart from changes in access.
type UserEvent string

// The events. Most users have none.
const (
	UserAdded    UserEvent = "added"
	UserRemoved  UserEvent = "removed"
	UserLocked   UserEvent = "locked"
	UserUnlocked UserEvent = "unlocked"
)

// UserChange is the difference in one user between two states.
type UserChange struct {
	User  StateUser // after the change; for a removed user, before it
	Event UserEvent // empty for most
	// Changes are ordered: entities, by category and code, then scopes, team,
	// products and Make. Users may share the slice: do not modify it.
	Changes []Change
}

// CompareStates yields the users whose access differs between two states of a
// tenant, and the users who were added, removed, locked or unlocked, ordered by
// e-mail, then id. Users are matched by id, otherwise by e-mail (ignoring case),
// so a user who was created again is compared with the former one. Memory use
// depends only on what the caller keeps.
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

// userPair is a user in two states; nil in a state that does not have the user.
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
	delete(byID, "") // users without an id, or without an e-mail, do not match one another
	delete(byEmail, "")
	pairs := make([]userPair, len(after), len(after)+len(before))
	matched := make([]bool, len(before))
	match := func(i, j int, known bool) {
		if known && !matched[j] {
			pairs[i].was, matched[j] = &before[j], true
		}
	}
	for i := range after {
		pairs[i].is = &after[i]
		j, known := byID[after[i].ID]
		match(i, j, known)
	}
	for i := range after {
		if pairs[i].was == nil {
			j, known := byEmail[strings.ToLower(after[i].Email)]
			match(i, j, known)
		}
	}
	for j := range before {
		if !matched[j] {
			pairs = append(pairs, userPair{was: &before[j]})
		}
	}
	slices.SortStableFunc(pairs, func(a, b userPair) int { return compareUsers(*a.user(), *b.user()) })
	return pairs
}

// maxKnown bounds the number of cached comparisons. If hardly any users share
// their groups, caching more gains nothing.
const maxKnown = 10_000

// comparer compares users of two states. Users with the same groups before and
// the same groups after share one comparison.
type comparer struct {
	before, after side
	numbers       map[*grant]uint32
	known         map[string][]Change
}

// side is one of the two states, as a comparer needs it.
type side struct {
	grants  *Compiled
	make    MakeState
	members map[string]bool // of the Make organization, by id

	products []TeamProduct // added by the tenant
}

// newComparer evaluates the groups of both states, sharing the result for groups
// that are equivalent.
func newComparer(before, after State) *comparer {
	c := &comparer{
		before:  side{before.Rights.Compile(before.Groups), before.Make, before.Make.index(), before.Products},
		after:   side{after.Rights.Compile(after.Groups), after.Make, after.Make.index(), after.Products},
		numbers: map[*grant]uint32{}, known: map[string][]Change{},
	}
	for id, g := range c.after.grants.byID {
		if old, ok := c.before.grants.byID[id]; ok && old.equivalent(g) {
			c.after.grants.byID[id] = old
		}
	}
	return c
}

// number returns a number for the group, for use in cache keys.
func (c *comparer) number(g *grant) uint32 {
	n, ok := c.numbers[g]
	if !ok {
		n = uint32(len(c.numbers)) //nolint:gosec // no tenant has so many groups
		c.numbers[g] = n
	}
	return n
}

// compare returns the changes in a user's access.
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
	others := slices.Concat(teamChanges(was, is, c.before.products, c.after.products), rightChanges(p.was, p.is), makeChanges(had, has, c.before.membership(p.was, had), c.after.membership(p.user(), has)))
	if len(others) == 0 {
		return changes
	}
	return slices.Concat(changes, others)
}

// membership returns a user's membership in the Make organization. A user who has
// left the tenant may still be a member.
func (s side) membership(u *StateUser, roles []string) string {
	return s.make.membership(roles, u != nil && s.members[u.ID])
}

// subjects compares what the groups grant.
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

// subjectOf returns the subject of a user; a nil user has no access.
func (c *Compiled) subjectOf(u *StateUser) Subject {
	if u == nil {
		return Subject{}
	}
	return c.Subject(u.Locked, u.GroupIDs...)
}
