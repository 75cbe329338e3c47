package access

import (
	"maps"
	"slices"
	"strings"
)

// Tenant is a tenant in memory: its people, its groups and their rights, with a
// method for each change that an apply can make. Guardrails and review use it to
// simulate the changes of a plan. It is not safe for concurrent use.
//
// People are identified by id or, if the id is unknown, by e-mail. A method does
// nothing for a person who is not in the tenant.
type Tenant struct {
	people        []*StateUser // nil for a removed person; a change replaces the pointer
	byID, byEmail map[string]int
	members       map[string]map[int]bool // by group
	groups        map[string]Group
	order         []string // ids of groups in the order in which they were added
	rights        Rights
	make          MakeState
	products      []TeamProduct // added by the tenant

	grants map[string]*grant // evaluated groups
	base   map[string]*grant // evaluated groups at the start, shared while equivalent
	track  *journal
}

// journal records the former values of what a change replaces.
type journal struct {
	people map[int]*StateUser
	grants map[string]*grant
	make   *MakeState

	products *[]TeamProduct
}

// NewTenant returns a tenant with the given state.
func NewTenant(s State) *Tenant {
	t := &Tenant{
		byID: make(map[string]int, len(s.Users)), byEmail: make(map[string]int, len(s.Users)), members: map[string]map[int]bool{},
		groups: make(map[string]Group, len(s.Groups)), make: s.Make, grants: map[string]*grant{}, base: map[string]*grant{},
		rights: Rights{Controls: maps.Clone(s.Rights.Controls), Templates: maps.Clone(s.Rights.Templates), Scopes: maps.Clone(s.Rights.Scopes), Available: s.Rights.Available},
	}
	t.make.Members = slices.Clone(s.Make.Members)
	t.products = slices.Clone(s.Products)
	for _, g := range s.Groups {
		t.groups[g.ID] = g
		t.order = append(t.order, g.ID)
	}
	for _, u := range s.Users {
		t.add(u)
	}
	return t
}

// State returns the current state of the tenant.
func (t *Tenant) State() State {
	s := State{Rights: t.rights, Make: t.make, Products: t.products}
	for _, u := range t.people {
		if u != nil {
			s.Users = append(s.Users, *u)
		}
	}
	for _, id := range t.order {
		if g, ok := t.groups[id]; ok {
			s.Groups = append(s.Groups, g)
		}
	}
	return s
}

// User returns the user with u's id or e-mail, and false if there is none.
func (t *Tenant) User(u StateUser) (StateUser, bool) {
	i, ok := t.find(u)
	if !ok || t.people[i] == nil {
		return StateUser{}, false
	}
	return *t.people[i], true
}

// Group returns a group in its current state, and false if there is none.
func (t *Tenant) Group(id string) (Group, bool) {
	g, ok := t.groups[id]
	return g, ok
}

// Rights returns the current rights. Callers must not modify them.
func (t *Tenant) Rights() Rights { return t.rights }

// Members returns the users in a group, in the order in which they were added to
// the tenant.
func (t *Tenant) Members(group string) []StateUser {
	var users []StateUser
	for _, i := range slices.Sorted(maps.Keys(t.members[group])) {
		users = append(users, *t.people[i])
	}
	return users
}

func (t *Tenant) add(u StateUser) {
	t.people = append(t.people, nil)
	t.put(len(t.people)-1, &u)
}

// put replaces a person; nil removes the person.
func (t *Tenant) put(i int, u *StateUser) {
	if t.track != nil {
		if _, known := t.track.people[i]; !known {
			t.track.people[i] = t.people[i]
		}
	}
	if was := t.people[i]; was != nil {
		for _, id := range was.GroupIDs {
			delete(t.members[id], i)
		}
	}
	t.people[i] = u
	if u == nil {
		return
	}
	if u.ID != "" {
		t.byID[u.ID] = i
	}
	if u.Email != "" {
		t.byEmail[strings.ToLower(u.Email)] = i
	}
	for _, id := range u.GroupIDs {
		if t.members[id] == nil {
			t.members[id] = map[int]bool{}
		}
		t.members[id][i] = true
	}
}

// find returns the index of the person with the id, otherwise with the e-mail.
// The person may have been removed.
func (t *Tenant) find(u StateUser) (int, bool) {
	if i, ok := t.byID[u.ID]; ok && u.ID != "" {
		return i, true
	}
	i, ok := t.byEmail[strings.ToLower(u.Email)]
	return i, ok && u.Email != ""
}

// change replaces an existing person with a copy that alter has modified.
func (t *Tenant) change(u StateUser, alter func(*StateUser)) {
	i, _ := t.find(u)
	is := *t.people[i]
	is.GroupIDs = slices.Clone(is.GroupIDs)
	alter(&is)
	t.put(i, &is)
}

// AddUser creates a user, or turns someone who was only in the team into a user.
func (t *Tenant) AddUser(u StateUser) {
	i, ok := t.find(u)
	if !ok {
		t.add(u)
		return
	}
	switch is := t.people[i]; {
	case is == nil:
		t.put(i, &u)
	case is.Outside:
		u.Team = is.Team
		t.put(i, &u)
	}
}

// Rename changes the name of a user.
func (t *Tenant) Rename(u StateUser, name string) {
	if is, ok := t.User(u); ok && is.Name != name {
		t.change(u, func(u *StateUser) { u.Name = name })
	}
}

// RemoveUser removes a user from the tenant and its groups. A member of the team
// stays in the team.
func (t *Tenant) RemoveUser(u StateUser) {
	i, ok := t.find(u)
	if !ok || t.people[i] == nil || t.people[i].Outside {
		return
	}
	if t.people[i].Team == nil {
		t.put(i, nil)
		return
	}
	t.change(u, func(u *StateUser) { u.GroupIDs, u.Locked, u.Outside = nil, false, true })
}

// Lock locks or unlocks a user.
func (t *Tenant) Lock(u StateUser, locked bool) {
	if is, ok := t.User(u); ok && is.Locked != locked && !is.Outside {
		t.change(u, func(u *StateUser) { u.Locked = locked })
	}
}

// Join adds a user to a group.
func (t *Tenant) Join(group string, u StateUser) {
	if is, ok := t.User(u); ok && !is.Outside && !slices.Contains(is.GroupIDs, group) {
		t.change(u, func(u *StateUser) { u.GroupIDs = append(u.GroupIDs, group) })
	}
}

// Leave removes a user from a group.
func (t *Tenant) Leave(group string, u StateUser) {
	if is, ok := t.User(u); ok && slices.Contains(is.GroupIDs, group) {
		t.change(u, func(u *StateUser) {
			u.GroupIDs = slices.DeleteFunc(u.GroupIDs, func(id string) bool { return id == group })
		})
	}
}

// SetMembers makes these users the only members of a group.
func (t *Tenant) SetMembers(group string, users []StateUser) {
	listed := map[int]bool{}
	for _, u := range users {
		if i, ok := t.find(u); ok {
			listed[i] = true
			t.Join(group, u)
		}
	}
	for _, i := range slices.Sorted(maps.Keys(t.members[group])) {
		if !listed[i] {
			t.Leave(group, *t.people[i])
		}
	}
}

// SetGroups makes these groups the only groups of a user.
func (t *Tenant) SetGroups(u StateUser, groups []string) {
	is, ok := t.User(u)
	if !ok {
		return
	}
	for _, id := range is.GroupIDs {
		if !slices.Contains(groups, id) {
			t.Leave(id, u)
		}
	}
	for _, id := range groups {
		t.Join(id, u)
	}
}

// SetGroup creates a group, or changes what it grants.
func (t *Tenant) SetGroup(g Group) {
	t.noteGroup(g.ID)
	if _, ok := t.groups[g.ID]; !ok && !slices.Contains(t.order, g.ID) {
		t.order = append(t.order, g.ID)
	}
	t.groups[g.ID] = g
	delete(t.grants, g.ID)
}

// RemoveGroup removes a group and its memberships.
func (t *Tenant) RemoveGroup(id string) {
	t.SetMembers(id, nil)
	t.noteGroup(id)
	delete(t.groups, id)
	delete(t.grants, id)
}

// RemoveVendorGroups removes the groups of a vendor and their memberships.
func (t *Tenant) RemoveVendorGroups(vendor string) {
	for _, id := range t.order {
		if g, ok := t.groups[id]; ok && g.VendorID == vendor && vendor != "" {
			t.RemoveGroup(id)
		}
	}
}

// SetTemplate sets the access controls that a role template grants.
func (t *Tenant) SetTemplate(id string, controls []string) {
	t.regroup(func(g Group) bool { return slices.Contains(g.Templates, id) })
	t.rights.Templates = with(t.rights.Templates, id, controls)
}

// RemoveTemplate removes a custom role template. Groups that refer to it no
// longer get anything from it.
func (t *Tenant) RemoveTemplate(id string) {
	t.regroup(func(g Group) bool { return slices.Contains(g.Templates, id) })
	delete(t.rights.Templates, id)
}

// SetControl creates or changes a custom access control.
func (t *Tenant) SetControl(id string, c OwnControl) {
	t.regroup(t.carries(id))
	t.rights.Controls = with(t.rights.Controls, id, c)
}

// RemoveControl removes a custom access control.
func (t *Tenant) RemoveControl(id string) {
	t.regroup(t.carries(id))
	delete(t.rights.Controls, id)
}

// SetScope sets whether the tenant has a custom scope.
func (t *Tenant) SetScope(id string, exists bool) {
	t.regroup(func(g Group) bool {
		return slices.ContainsFunc(t.rights.Carried(g), func(c string) bool { return slices.Contains(t.rights.Controls[c].Scopes, id) })
	})
	if t.rights.Scopes != nil {
		t.rights.Scopes[id] = exists
	}
}

func with[T any](m map[string]T, key string, value T) map[string]T {
	if m == nil {
		m = map[string]T{}
	}
	m[key] = value
	return m
}

func (t *Tenant) carries(control string) func(Group) bool {
	return func(g Group) bool { return slices.Contains(t.rights.Carried(g), control) }
}

// regroup discards the evaluation of the groups that a change to something else
// affects.
func (t *Tenant) regroup(which func(Group) bool) {
	for id, g := range t.groups {
		if which(g) {
			t.noteGroup(id)
			delete(t.grants, id)
		}
	}
}

func (t *Tenant) noteGroup(id string) {
	if t.track == nil {
		return
	}
	if _, known := t.track.grants[id]; !known {
		t.track.grants[id] = t.grant(id)
	}
}

// grant returns the evaluated group; nil if there is none.
func (t *Tenant) grant(id string) *grant {
	if g, ok := t.grants[id]; ok {
		return g
	}
	group, ok := t.groups[id]
	if !ok {
		return nil
	}
	g := t.rights.evaluate(group)
	if old := t.base[id]; old != nil && old.equivalent(g) {
		g = old
	}
	t.grants[id] = g
	return g
}

// SetMake sets the tenant's Make organization and the settings of the sync.
func (t *Tenant) SetMake(organization string, sync, prune bool) {
	if t.track != nil && t.track.make == nil {
		was := t.make
		t.track.make = &was
	}
	t.make.Organization, t.make.Sync, t.make.Prune = organization, sync, prune
}

// RemoveMake turns off the sync. Members stay in Make.
func (t *Tenant) RemoveMake() { t.SetMake("", false, false) }
