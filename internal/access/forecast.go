package access

import (
	"cmp"
	"maps"
	"slices"
)

// Forecast follows a tenant through the changes of a plan, one after another,
// and keeps count of who gains and loses. A change takes time for whom it
// affects, however many others have changed before. It is not safe for
// concurrent use.
type Forecast struct {
	tenant *Tenant
	start  []*StateUser // by the tenant's index; who came later was not there
	before side
	cmp    *comparer

	totals  map[int]UserChange // what became of who changed, by all changes
	losing  map[int]bool
	gaining map[int]bool
	raised  map[int]bool // to administrators
	lifted  map[int]bool
	admins  map[int]bool
}

// Impact is what one change of a plan does, and what all up to it do together.
type Impact struct {
	Step  []UserChange // by this change alone
	Total []UserChange // of the users that the change affects, by the plan up to here

	Losing, Gaining, NewAdmins, Lifted Count
	// Admins is how many users can manage users and groups after the change;
	// NoAdmins are those who no longer can because of it.
	Admins   int
	NoAdmins []StateUser
	Users    int // of whom something became by the plan up to here
}

// Count is how many users something happens to by the plan up to here.
type Count struct {
	Users int
	More  bool // the change adds to them
}

// Loses reports whether the user is removed, locked or loses access, wholly or
// in part.
func (c UserChange) Loses() bool {
	return c.Event == UserRemoved || c.Event == UserLocked || c.LosesAccess()
}

// LosesAccess reports whether the user loses access, wholly or in part.
func (c UserChange) LosesAccess() bool {
	return slices.ContainsFunc(c.Changes, func(change Change) bool { return change.Loss })
}

// GainsAccess reports whether the user gains access, wholly or in part.
func (c UserChange) GainsAccess() bool { return slices.ContainsFunc(c.Changes, Change.Widens) }

// BecomesAdmin reports whether the user becomes one who can manage users and
// groups, at least in part.
func (c UserChange) BecomesAdmin() bool {
	return slices.ContainsFunc(c.Changes, func(change Change) bool { return change.Admin() && !change.Loss })
}

// CeasesAdmin reports whether the user can manage users and groups no longer.
func (c UserChange) CeasesAdmin() bool {
	return slices.ContainsFunc(c.Changes, func(change Change) bool {
		return change.Admin() && change.Loss && change.Before >= Manage && change.After < Manage
	})
}

// LiftsRestriction reports whether the user gets a level on all records that was
// held on some only.
func (c UserChange) LiftsRestriction() bool {
	return slices.ContainsFunc(c.Changes, Change.LiftsRestriction)
}

// NewForecast starts from a tenant as it is.
func NewForecast(s State) *Forecast {
	t := NewTenant(s)
	f := &Forecast{
		tenant: t, start: slices.Clone(t.people),
		cmp:    &comparer{numbers: map[*grant]uint32{}, known: map[string][]Change{}},
		totals: map[int]UserChange{}, losing: map[int]bool{}, gaining: map[int]bool{}, raised: map[int]bool{}, lifted: map[int]bool{}, admins: map[int]bool{},
	}
	for id := range t.groups {
		t.base[id] = t.grant(id)
	}
	f.before = side{&Compiled{byID: t.base}, t.make, t.make.index()}
	for i, u := range t.people {
		if u != nil && f.before.grants.subjectOf(u).isAdmin() {
			f.admins[i] = true
		}
	}
	return f
}

// Change makes one change to the tenant and returns what it does. A change that
// was made before does nothing more.
func (f *Forecast) Change(edit func(*Tenant)) Impact {
	t := f.tenant
	track := &journal{people: map[int]*StateUser{}, grants: map[string]*grant{}}
	t.track = track
	edit(t)
	t.track = nil

	affected := f.affected(track)
	before := side{&Compiled{byID: f.overlaid(affected, track)}, *cmp.Or(track.make, &t.make), f.before.members}
	after := side{&Compiled{byID: f.overlaid(affected, &journal{})}, t.make, f.before.members}
	impact := Impact{}
	for _, i := range affected {
		was, changed := track.people[i]
		if !changed {
			was = t.people[i]
		}
		if c, ok := f.compared(before, after, was, t.people[i]); ok {
			impact.Step = append(impact.Step, c)
		}
		c, ok := f.compared(f.before, after, f.was(i), t.people[i])
		if ok {
			impact.Total = append(impact.Total, c)
			f.totals[i] = c
		} else {
			delete(f.totals, i)
		}
		f.count(&impact, i, c, after)
	}
	impact.Losing.Users, impact.Gaining.Users, impact.NewAdmins.Users, impact.Lifted.Users = len(f.losing), len(f.gaining), len(f.raised), len(f.lifted)
	impact.Admins, impact.Users = len(f.admins), len(f.totals)
	slices.SortFunc(impact.Step, compareChanges)
	slices.SortFunc(impact.Total, compareChanges)
	slices.SortFunc(impact.NoAdmins, compareUsers)
	return impact
}

func compareChanges(a, b UserChange) int { return compareUsers(a.User, b.User) }

// was is a person as before the plan; nil for who was not there.
func (f *Forecast) was(i int) *StateUser {
	if i < len(f.start) {
		return f.start[i]
	}
	return nil
}

// affected returns the people who changed, and those for whom their groups or
// the Make organization did.
func (f *Forecast) affected(j *journal) []int {
	affected := map[int]bool{}
	for i := range j.people {
		affected[i] = true
	}
	for id, was := range j.grants {
		if f.tenant.grant(id) == was {
			continue // as it was
		}
		for i := range f.tenant.members[id] {
			affected[i] = true
		}
	}
	if j.make != nil && f.tenant.make.differs(*j.make) {
		for i := range f.tenant.people {
			affected[i] = true
		}
	}
	return slices.Sorted(maps.Keys(affected))
}

// differs reports whether people may stand otherwise with the organization.
func (m MakeState) differs(o MakeState) bool {
	return m.Sync != o.Sync || m.Prune != o.Prune
}

// overlaid returns the groups that the affected people are in or were, with
// those of the journal laid over them.
func (f *Forecast) overlaid(affected []int, j *journal) map[string]*grant {
	byID := map[string]*grant{}
	for _, i := range affected {
		for _, u := range []*StateUser{f.tenant.people[i], f.was(i), j.people[i]} {
			if u == nil {
				continue
			}
			for _, id := range u.GroupIDs {
				if g := f.tenant.grant(id); g != nil {
					byID[id] = g
				}
			}
		}
	}
	for id, g := range j.grants {
		if byID[id] = g; g == nil {
			delete(byID, id)
		}
	}
	return byID
}

// compared compares one person.
func (f *Forecast) compared(before, after side, was, is *StateUser) (UserChange, bool) {
	p := userPair{was: was, is: is}
	if was == nil && is == nil {
		return UserChange{}, false
	}
	f.cmp.before, f.cmp.after = before, after
	c := UserChange{User: *p.user(), Event: p.event(), Changes: f.cmp.compare(p)}
	return c, c.Event != "" || len(c.Changes) > 0
}

// count keeps count of a person after a change.
func (f *Forecast) count(impact *Impact, i int, c UserChange, after side) {
	for _, n := range []struct {
		set   map[int]bool
		is    bool
		count *Count
	}{
		{f.losing, c.LosesAccess(), &impact.Losing},
		{f.gaining, c.GainsAccess(), &impact.Gaining},
		{f.raised, c.BecomesAdmin(), &impact.NewAdmins},
		{f.lifted, c.LiftsRestriction(), &impact.Lifted},
	} {
		if !n.is {
			delete(n.set, i)
			continue
		}
		n.count.More = n.count.More || !n.set[i]
		n.set[i] = true
	}
	is := f.tenant.people[i]
	manages := is != nil && after.grants.subjectOf(is).isAdmin()
	if f.admins[i] && !manages {
		impact.NoAdmins = append(impact.NoAdmins, *userPair{was: f.was(i), is: is}.user())
	}
	if delete(f.admins, i); manages {
		f.admins[i] = true
	}
}

// Worst returns up to so many of the users to whom something happens by the plan
// up to here, those to whom most happens first.
func (f *Forecast) Worst(n int, which func(UserChange) bool) []UserChange {
	var all []UserChange
	for _, c := range f.totals {
		if which(c) {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b UserChange) int {
		return cmp.Or(cmp.Compare(len(b.Changes), len(a.Changes)), compareChanges(a, b))
	})
	return all[:min(n, len(all))]
}

// Tenant is the tenant as planned up to here, to be read.
func (f *Forecast) Tenant() *Tenant { return f.tenant }
