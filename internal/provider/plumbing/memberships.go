package plumbing

import (
	"maps"
	"slices"
	"strings"
	"sync"
)

// Memberships records the memberships of a run: which resources plan to hold them,
// which plan to release them and, in an apply, which are held already. Two resources
// that disagree about a membership would undo each other's changes in every apply,
// and a resource must not remove a membership that another one holds. Resources in
// another state are not visible.
type Memberships struct {
	mu       sync.Mutex
	lists    map[string][]*memberList // by group
	users    map[string][]*groupList  // by each key of the user
	entered  map[string][]*groupList  // by each group in the list
	single   map[string][]*membership // by group
	added    map[string][]*membership // the same, by each key of the user
	released map[string][]*membership // by group: what destroys and updates release

	applied
}

// Person identifies a user by id, e-mail address, or both. The zero value is a user
// who is not known yet.
type Person struct{ ID, Email string }

// keys returns the keys under which the person is recorded.
func (p Person) keys() (keys []string) {
	if p.ID != "" {
		keys = append(keys, "id "+p.ID)
	}
	if p.Email != "" {
		keys = append(keys, "email "+strings.ToLower(p.Email))
	}
	return keys
}

// is reports whether both are known to be the same person.
func (p Person) is(other Person) bool {
	if p.ID != "" && other.ID != "" {
		return p.ID == other.ID
	}
	return p.Email != "" && strings.EqualFold(p.Email, other.Email)
}

// Manager is a resource that holds memberships.
type Manager struct {
	Type string // such as iam_group_members
	Mark string // distinguishes two resources from one that is planned twice
	// Kept is true if the resource does not change, so an apply may not call the
	// provider for it: it cannot restore a membership that another removes.
	Kept bool
}

// memberList is a resource that lists all members of a group.
type memberList struct {
	Manager
	ids, emails map[string]bool // e-mails in lower case
	known       bool            // the list is known
	allIDs      bool            // every id is known
}

func (l *memberList) lists(p Person) bool {
	return l.ids[p.ID] || l.emails[strings.ToLower(p.Email)]
}

// leavesOut reports whether the list is known not to have the person.
func (l *memberList) leavesOut(p Person) bool {
	switch {
	case !l.known:
		return false
	case p.ID != "" && l.allIDs:
		return !l.ids[p.ID]
	case p.Email != "":
		return !l.emails[strings.ToLower(p.Email)]
	}
	return len(l.emails) == 0
}

// disagrees reports whether the list has a person whom the other is known not to
// have.
func (l *memberList) disagrees(other *memberList) bool {
	for email := range l.emails {
		if other.leavesOut(Person{Email: email}) {
			return true
		}
	}
	return false
}

// groupList is a resource that lists all groups of a user.
type groupList struct {
	Manager
	user   Person
	groups map[string]bool
	whole  bool // every group is known
}

func (l *groupList) leavesOut(group string) bool { return l.whole && !l.groups[group] }

// membership is one user in one group.
type membership struct {
	Manager
	group string
	user  Person
}

// Conflict is a membership that two resources of a plan disagree about.
type Conflict struct {
	Who   Person
	Group string
	How   string // how they disagree; userPlaceholder stands for the person
	// Remover is the type of a resource that removes a membership which one of type
	// Keeper keeps. Both are empty if two resources manage the same membership.
	Remover, Keeper string
}

// userPlaceholder stands for the name of the person, which is looked up later.
const userPlaceholder = "{user}"

// Describe returns how the two resources disagree. user is the name of the person.
func (c Conflict) Describe(user string) string {
	return strings.ReplaceAll(c.How, userPlaceholder, user)
}

// HoldMembers records that a resource lists all members of a group. known reports
// whether the list is known.
func (m *Memberships) HoldMembers(by Manager, group string, members []Person, known bool) *Conflict {
	m.mu.Lock()
	defer m.mu.Unlock()
	mine := newMemberList(by, members, known)
	for _, other := range m.lists[group] {
		if other.Mark != by.Mark || other.disagrees(mine) || mine.disagrees(other) {
			return &Conflict{Group: group, How: "two " + by.Type + " list the members of group " + group}
		}
	}
	for _, list := range m.entered[group] {
		if mine.leavesOut(list.user) {
			return &Conflict{Who: list.user, Group: group, How: list.Type + " puts " + userPlaceholder + " into group " + group + ", and this list leaves the user out"}
		}
	}
	for _, person := range members {
		for _, key := range person.keys() {
			for _, list := range m.users[key] {
				if list.leavesOut(group) {
					return &Conflict{Who: list.user, Group: group, How: list.Type + " of " + userPlaceholder + " leaves out group " + group + ", and this list has the user"}
				}
			}
		}
	}
	for _, one := range m.single[group] {
		if mine.leavesOut(one.user) {
			return &Conflict{Who: one.user, Group: group, How: one.Type + " adds " + userPlaceholder + " to group " + group + ", and this list leaves the user out"}
		}
	}
	if m.lists == nil {
		m.lists = map[string][]*memberList{}
	}
	m.lists[group] = []*memberList{mine} // any other was a conflict, or the same planned before
	return m.kept(by, group, mine.lists)
}

func newMemberList(by Manager, members []Person, known bool) *memberList {
	l := &memberList{Manager: by, ids: map[string]bool{}, emails: map[string]bool{}, known: known, allIDs: true}
	for _, p := range members {
		l.emails[strings.ToLower(p.Email)] = true
		if p.ID == "" {
			l.allIDs = false
			continue
		}
		l.ids[p.ID] = true
	}
	return l
}

// HoldGroups records that a resource lists all groups of a user. whole reports
// whether all of them are known.
func (m *Memberships) HoldGroups(by Manager, user Person, groups []string, whole bool) *Conflict {
	m.mu.Lock()
	defer m.mu.Unlock()
	mine := &groupList{Manager: by, user: user, groups: map[string]bool{}, whole: whole}
	for _, id := range groups {
		mine.groups[id] = true
	}
	if c := m.otherGroups(mine); c != nil {
		return c
	}
	for group, lists := range m.lists {
		for _, list := range lists {
			switch {
			case mine.leavesOut(group) && list.lists(user):
				return &Conflict{Who: user, Group: group, How: list.Type + " of group " + group + " has " + userPlaceholder + ", and this list leaves the group out"}
			case mine.groups[group] && list.leavesOut(user):
				return &Conflict{Who: user, Group: group, How: list.Type + " of group " + group + " leaves " + userPlaceholder + " out, and this list has the group"}
			}
		}
	}
	for _, key := range user.keys() {
		for _, one := range m.added[key] {
			if mine.leavesOut(one.group) {
				return &Conflict{Who: user, Group: one.group, How: one.Type + " adds " + userPlaceholder + " to group " + one.group + ", and this list leaves the group out"}
			}
		}
	}
	m.forgetGroups(mine)
	for _, key := range user.keys() {
		m.users = appendTo(m.users, key, mine)
	}
	for group := range mine.groups {
		m.entered = appendTo(m.entered, group, mine)
	}
	for group := range mine.groups {
		if c := m.kept(by, group, user.is); c != nil {
			return c
		}
	}
	return nil
}

// forgetGroups forgets the earlier plan of the same resource.
func (m *Memberships) forgetGroups(mine *groupList) {
	for _, key := range mine.user.keys() {
		for _, l := range m.users[key] {
			if l.Type != mine.Type || l.Mark != mine.Mark {
				continue
			}
			is := func(other *groupList) bool { return other == l }
			for _, key := range l.user.keys() {
				m.users[key] = slices.DeleteFunc(slices.Clone(m.users[key]), is)
			}
			for group := range l.groups {
				m.entered[group] = slices.DeleteFunc(m.entered[group], is)
			}
		}
	}
}

// otherGroups finds another resource that lists different groups of the user, or has
// the same type. (The group_ids of a user resource have no mark: its key has one
// owner in any case.)
func (m *Memberships) otherGroups(mine *groupList) *Conflict {
	for _, key := range mine.user.keys() {
		for _, other := range m.users[key] {
			switch {
			case other.Type == mine.Type && other.Mark == mine.Mark:
			case other.Type == mine.Type && mine.Mark != "":
				return &Conflict{Who: mine.user, How: "two " + mine.Type + " list the groups of " + userPlaceholder}
			case disagree(mine, other):
				return &Conflict{Who: mine.user, How: other.Type + " lists other groups of " + userPlaceholder}
			}
		}
	}
	return nil
}

func disagree(a, b *groupList) bool {
	misses := func(from, in *groupList) bool {
		return slices.ContainsFunc(slices.Collect(maps.Keys(from.groups)), in.leavesOut)
	}
	return misses(a, b) || misses(b, a)
}

// HoldOne records that a resource adds one user to one group.
func (m *Memberships) HoldOne(by Manager, group string, user Person) *Conflict {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, list := range m.lists[group] {
		if list.leavesOut(user) {
			return &Conflict{Who: user, Group: group, How: list.Type + " of group " + group + " leaves " + userPlaceholder + " out"}
		}
	}
	for _, key := range user.keys() {
		for _, list := range m.users[key] {
			if list.leavesOut(group) {
				return &Conflict{Who: user, Group: group, How: list.Type + " of " + userPlaceholder + " leaves out group " + group}
			}
		}
		for _, other := range m.added[key] {
			if other.group == group && other.Mark != by.Mark {
				return &Conflict{Who: user, Group: group, How: "two " + by.Type + " add " + userPlaceholder + " to group " + group}
			}
		}
	}
	if !m.adds(by, group, user) {
		mine := &membership{by, group, user}
		m.single = appendTo(m.single, group, mine)
		for _, key := range user.keys() {
			m.added = appendTo(m.added, key, mine)
		}
	}
	return m.kept(by, group, user.is)
}

// adds reports whether the resource was planned before, and records its current
// plan.
func (m *Memberships) adds(by Manager, group string, user Person) bool {
	for _, key := range user.keys() {
		for _, one := range m.added[key] {
			if one.group == group && one.Mark == by.Mark {
				one.Manager = by
				return true
			}
		}
	}
	return false
}

// appendTo appends to one of the slices of a map that may be nil.
func appendTo[V any](all map[string][]V, key string, v V) map[string][]V {
	if all == nil {
		all = map[string][]V{}
	}
	all[key] = append(all[key], v)
	return all
}

// kept finds a membership that a resource keeps unchanged while another one, planned
// before, releases it.
func (m *Memberships) kept(by Manager, group string, has func(Person) bool) *Conflict {
	if !by.Kept {
		return nil
	}
	for _, gone := range m.released[group] {
		if has(gone.user) {
			return removedAndKept(gone.user, group, gone.Manager, by)
		}
	}
	return nil
}

func removedAndKept(who Person, group string, remover, keeper Manager) *Conflict {
	return &Conflict{Who: who, Group: group, Remover: remover.Type, Keeper: keeper.Type}
}

// Release records that a resource releases a membership. stays reports whether
// another resource holds it from this run on. It is a conflict if that resource does
// not change, because the apply would not restore the membership.
func (m *Memberships) Release(by Manager, group string, user Person) (stays bool, _ *Conflict) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, other := range m.holders(group, user) {
		if other.Kept {
			return false, removedAndKept(user, group, by, other)
		}
		stays = true
	}
	m.released = appendTo(m.released, group, &membership{by, group, user})
	return stays, nil
}

// Holds reports whether a resource planned so far holds the membership.
func (m *Memberships) Holds(group string, user Person) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.holders(group, user)) > 0
}

// holders returns the resources that hold a membership.
func (m *Memberships) holders(group string, user Person) (all []Manager) {
	for _, list := range m.lists[group] {
		if list.lists(user) {
			all = append(all, list.Manager)
		}
	}
	for _, key := range user.keys() {
		for _, list := range m.users[key] {
			if list.groups[group] {
				all = append(all, list.Manager)
			}
		}
	}
	for _, one := range m.single[group] {
		if one.user.is(user) {
			all = append(all, one.Manager)
		}
	}
	return all
}

// Leaving reports whether a resource releases the membership and none holds it.
func (m *Memberships) Leaving(group string, user Person) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.ContainsFunc(m.released[group], func(gone *membership) bool { return gone.user.is(user) }) && len(m.holders(group, user)) == 0
}
