package access

import (
	"maps"
	"slices"
	"strings"
)

// Forecast follows a tenant through the changes of a plan, one after another.
// It is not safe for concurrent use.
type Forecast struct {
	users             []forecastUser
	byID, byEmail     map[string]int
	wasGroups, groups map[string]Group
	losing, admins    map[int]bool
}

// forecastUser is a user before the plan and as planned; nil while not there.
type forecastUser struct{ was, is *StateUser }

// Impact is what one change of a plan does, and what all up to it do together.
type Impact struct {
	Step  []UserChange // by this change alone
	Total []UserChange // of the users that the change affects, by the plan up to here
	// Losing are all users who lose access, wholly or in part, by the plan up to
	// here; More says that the change adds to them.
	Losing []StateUser
	More   bool
	// Admins is how many users can manage users and groups after the change;
	// NoAdmins are those who no longer can because of it.
	Admins   int
	NoAdmins []StateUser
}

// Loses reports whether the user is removed, locked or loses access, wholly or
// in part.
func (c UserChange) Loses() bool {
	return c.Event == UserRemoved || c.Event == UserLocked || c.LosesAccess()
}

// LosesAccess reports whether the user loses access, wholly or in part.
func (c UserChange) LosesAccess() bool {
	return slices.ContainsFunc(c.Changes, func(change Change) bool { return !change.Widens() })
}

// NewForecast starts from a tenant as it is.
func NewForecast(s State) *Forecast {
	f := &Forecast{
		byID: map[string]int{}, byEmail: map[string]int{}, wasGroups: make(map[string]Group, len(s.Groups)),
		losing: map[int]bool{}, admins: map[int]bool{},
	}
	for _, g := range s.Groups {
		f.wasGroups[g.ID] = g
	}
	f.groups = maps.Clone(f.wasGroups)
	for _, u := range s.Users {
		i := f.add(u)
		f.users[i].was = f.users[i].is
	}
	for _, u := range Admins(s) {
		if i, ok := f.find(u); ok {
			f.admins[i] = true
		}
	}
	return f
}

func (f *Forecast) add(u StateUser) int {
	i := len(f.users)
	f.users = append(f.users, forecastUser{is: &u})
	f.index(i)
	return i
}

func (f *Forecast) index(i int) {
	u := f.users[i].is
	if u.ID != "" {
		f.byID[u.ID] = i
	}
	if u.Email != "" {
		f.byEmail[strings.ToLower(u.Email)] = i
	}
}

// find returns the user with the id, else the one with the e-mail.
func (f *Forecast) find(u StateUser) (int, bool) {
	if i, ok := f.byID[u.ID]; ok {
		return i, true
	}
	i, ok := f.byEmail[strings.ToLower(u.Email)]
	return i, ok
}

// Change plans one change and returns what it does. A change that was planned
// before does nothing more.
func (f *Forecast) Change(edit func(*Step)) Impact {
	e := &Step{f: f, users: map[int]*StateUser{}, groups: maps.Clone(f.groups), regrouped: map[string]bool{}}
	edit(e)
	affected := e.affected()
	if len(affected) == 0 {
		return Impact{Admins: count(f.admins)}
	}
	was := func(i int) *StateUser { return f.users[i].was }
	is := func(i int) *StateUser { return f.users[i].is }
	start := stateOf(affected, was, f.wasGroups)
	before := stateOf(affected, e.was, e.groups)
	after := stateOf(affected, is, f.groups)
	impact := Impact{
		Step:  slices.Collect(CompareStates(before, after)),
		Total: slices.Collect(CompareStates(start, after)),
	}
	losing, admins := map[int]bool{}, map[int]bool{}
	for _, c := range impact.Total {
		if i, ok := f.find(c.User); ok && c.LosesAccess() {
			losing[i] = true
		}
	}
	for _, u := range Admins(after) {
		if i, ok := f.find(u); ok {
			admins[i] = true
		}
	}
	for _, i := range affected {
		impact.More = impact.More || losing[i] && !f.losing[i]
		if f.admins[i] && !admins[i] {
			impact.NoAdmins = append(impact.NoAdmins, f.label(i))
		}
		f.losing[i], f.admins[i] = losing[i], admins[i]
	}
	for i := range f.users {
		if f.losing[i] {
			impact.Losing = append(impact.Losing, f.label(i))
		}
	}
	slices.SortFunc(impact.Losing, compareUsers)
	slices.SortFunc(impact.NoAdmins, compareUsers)
	impact.Admins = count(f.admins)
	return impact
}

// label is the user, as planned or else as before.
func (f *Forecast) label(i int) StateUser {
	return *userPair{was: f.users[i].was, is: f.users[i].is}.user()
}

func count(set map[int]bool) (n int) {
	for _, in := range set {
		if in {
			n++
		}
	}
	return n
}

// stateOf is the part of a state that some of its users see.
func stateOf(users []int, of func(int) *StateUser, groups map[string]Group) (s State) {
	seen := map[string]bool{}
	for _, i := range users {
		u := of(i)
		if u == nil {
			continue
		}
		s.Users = append(s.Users, *u)
		for _, id := range u.GroupIDs {
			if g, ok := groups[id]; ok && !seen[id] {
				seen[id] = true
				s.Groups = append(s.Groups, g)
			}
		}
	}
	return s
}

// Step makes one change of a plan. Users are named by id or, where that is not
// known, by e-mail; who is neither is left out.
type Step struct {
	f         *Forecast
	users     map[int]*StateUser // those that changed, as before
	groups    map[string]Group   // all, as before
	regrouped map[string]bool    // those that changed what they give
}

func (e *Step) was(i int) *StateUser {
	if u, changed := e.users[i]; changed {
		return u
	}
	return e.f.users[i].is
}

// affected are the users that changed, and those in groups that did.
func (e *Step) affected() []int {
	affected := maps.Clone(e.users)
	for i, u := range e.f.users {
		if len(e.regrouped) > 0 && u.is != nil && slices.ContainsFunc(u.is.GroupIDs, func(id string) bool { return e.regrouped[id] }) {
			affected[i] = nil
		}
	}
	return slices.Sorted(maps.Keys(affected))
}

// change replaces a user by what alter makes of a copy.
func (e *Step) change(i int, alter func(*StateUser)) {
	present := e.f.users[i].is
	if _, changed := e.users[i]; !changed {
		e.users[i] = present
	}
	u := *present
	u.GroupIDs = slices.Clone(u.GroupIDs)
	alter(&u)
	e.f.users[i].is = &u
}

// Group returns a group as planned up to here.
func (e *Step) Group(id string) (g Group, ok bool) {
	g, ok = e.f.groups[id]
	return g, ok
}

// SetGroup makes a group, or changes what it gives its members.
func (e *Step) SetGroup(g Group) {
	present, ok := e.f.groups[g.ID]
	if ok && present.Access() == g.Access() && sameRestrictions(present.Restrictions, g.Restrictions) {
		return
	}
	e.regrouped[g.ID] = true
	e.f.groups[g.ID] = g
}

func sameRestrictions(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// DropGroup removes a group, and its members from it.
func (e *Step) DropGroup(id string) {
	for i, u := range e.f.users {
		if u.is != nil && slices.Contains(u.is.GroupIDs, id) {
			e.leave(i, id)
		}
	}
	delete(e.f.groups, id)
}

func (e *Step) join(i int, group string) {
	if u := e.f.users[i].is; u != nil && !slices.Contains(u.GroupIDs, group) {
		e.change(i, func(u *StateUser) { u.GroupIDs = append(u.GroupIDs, group) })
	}
}

func (e *Step) leave(i int, group string) {
	if u := e.f.users[i].is; u != nil && slices.Contains(u.GroupIDs, group) {
		e.change(i, func(u *StateUser) {
			u.GroupIDs = slices.DeleteFunc(u.GroupIDs, func(id string) bool { return id == group })
		})
	}
}

// Join puts a user into a group.
func (e *Step) Join(group string, user StateUser) {
	if i, ok := e.f.find(user); ok {
		e.join(i, group)
	}
}

// Leave takes a user out of a group.
func (e *Step) Leave(group string, user StateUser) {
	if i, ok := e.f.find(user); ok {
		e.leave(i, group)
	}
}

// SetMembers puts these users, and no others, into a group.
func (e *Step) SetMembers(group string, users []StateUser) {
	listed := map[int]bool{}
	for _, u := range users {
		if i, ok := e.f.find(u); ok {
			listed[i] = true
			e.join(i, group)
		}
	}
	for i := range e.f.users {
		if !listed[i] {
			e.leave(i, group)
		}
	}
}

// SetGroups puts a user into these groups, and no others.
func (e *Step) SetGroups(user StateUser, groups []string) {
	i, ok := e.f.find(user)
	if !ok || e.f.users[i].is == nil {
		return
	}
	for _, id := range slices.Clone(e.f.users[i].is.GroupIDs) {
		if !slices.Contains(groups, id) {
			e.leave(i, id)
		}
	}
	for _, id := range groups {
		e.join(i, id)
	}
}

// AddUser makes a user who is not there.
func (e *Step) AddUser(user StateUser) {
	i, ok := e.f.find(user)
	switch {
	case !ok:
		e.users[e.f.add(user)] = nil
	case e.f.users[i].is == nil:
		if _, changed := e.users[i]; !changed {
			e.users[i] = nil
		}
		e.f.users[i].is = &user
		e.f.index(i)
	}
}

// Lock locks or unlocks a user.
func (e *Step) Lock(user StateUser, locked bool) {
	if i, ok := e.f.find(user); ok && e.f.users[i].is != nil && e.f.users[i].is.Locked != locked {
		e.change(i, func(u *StateUser) { u.Locked = locked })
	}
}

// RemoveUser takes a user out of the tenant.
func (e *Step) RemoveUser(user StateUser) {
	i, ok := e.f.find(user)
	if !ok || e.f.users[i].is == nil {
		return
	}
	if _, changed := e.users[i]; !changed {
		e.users[i] = e.f.users[i].is
	}
	e.f.users[i].is = nil
}
