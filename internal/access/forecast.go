package access

import (
	"cmp"
	"maps"
	"slices"
)

// Forecast applies the changes of a plan to a tenant, one after another, and
// tracks which users gain and lose access. The time for a change depends on the
// number of users it affects, not on how many changed before. It is not safe for
// concurrent use.
type Forecast struct {
	tenant *Tenant
	start  []*StateUser // by the tenant's index; users added later are not in it
	before side
	cmp    *comparer

	totals  map[int]UserChange // the users that changed, and how, over all changes
	affects [effects]affectedUsers
	admins  map[int]bool
}

// Impact is the effect of one change of a plan, and of all changes up to it
// together.
type Impact struct {
	Step  []UserChange // by this change alone
	Total []UserChange // by the plan so far, of the users that this change affects

	Losing, Gaining, NewAdmins, Lifted Count
	// Admins is the number of users who can manage users and groups after the
	// change. NoAdmins are the users who no longer can because of it.
	Admins   int
	NoAdmins []StateUser
}

// counts returns the counts by effect, as far as an Impact has them.
func (i *Impact) counts() [CeasesAdmin]*Count {
	return [CeasesAdmin]*Count{LosesAccess: &i.Losing, GainsAccess: &i.Gaining, BecomesAdmin: &i.NewAdmins, LiftsRestriction: &i.Lifted}
}

// Count is the number of users affected in one way by the plan so far.
type Count struct {
	Users int
	More  bool // this change adds to them
}

// Loses reports whether the user is removed, locked or loses access, in full or
// in part.
func (c UserChange) Loses() bool {
	return c.Event == UserRemoved || c.Event == UserLocked || c.LosesAccess()
}

// LosesAccess reports whether the user loses access, in full or in part.
func (c UserChange) LosesAccess() bool {
	return slices.ContainsFunc(c.Changes, func(change Change) bool { return change.Loss })
}

// GainsAccess reports whether the user gains access, in full or in part.
func (c UserChange) GainsAccess() bool { return slices.ContainsFunc(c.Changes, Change.Widens) }

// BecomesAdmin reports whether the user gains the ability to manage users and
// groups, in full or in part, or to manage the team.
func (c UserChange) BecomesAdmin() bool {
	return slices.ContainsFunc(c.Changes, func(change Change) bool { return change.Admin() && !change.Loss })
}

// CeasesAdmin reports whether the user can no longer manage users and groups.
func (c UserChange) CeasesAdmin() bool {
	return slices.ContainsFunc(c.Changes, func(change Change) bool {
		return change.Admin() && change.Loss && change.Before >= Manage && change.After < Manage
	})
}

// LiftsRestriction reports whether the user gains, on all records, a level that
// was held only on some.
func (c UserChange) LiftsRestriction() bool {
	return slices.ContainsFunc(c.Changes, Change.LiftsRestriction)
}

// NewForecast returns a forecast that starts from the given state.
func NewForecast(s State) *Forecast {
	t := NewTenant(s)
	f := &Forecast{
		tenant: t, start: slices.Clone(t.people),
		cmp:    &comparer{numbers: map[*grant]uint32{}, known: map[string][]Change{}},
		totals: map[int]UserChange{}, admins: map[int]bool{},
	}
	for e := range f.affects {
		f.affects[e].users = map[int]bool{}
	}
	for id := range t.groups {
		t.base[id] = t.grant(id)
	}
	f.before = side{&Compiled{byID: t.base}, t.make, t.make.index(), t.products}
	for i, u := range t.people {
		if u != nil && f.before.grants.subjectOf(u).isAdmin() {
			f.admins[i] = true
		}
	}
	return f
}

// Change applies one change to the tenant and returns its effect. Applying the
// same change again has no effect.
func (f *Forecast) Change(edit func(*Tenant)) Impact {
	t := f.tenant
	track := &journal{people: map[int]*StateUser{}, grants: map[string]*grant{}}
	t.track = track
	edit(t)
	t.track = nil

	affected := f.affected(track)
	before := side{&Compiled{byID: f.overlaid(affected, track)}, *cmp.Or(track.make, &t.make), f.before.members, *cmp.Or(track.products, &t.products)}
	after := side{&Compiled{byID: f.overlaid(affected, &journal{})}, t.make, f.before.members, t.products}
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
	for e, count := range impact.counts() {
		count.Users = len(f.affects[e].users)
	}
	impact.Admins = len(f.admins)
	slices.SortFunc(impact.Step, compareChanges)
	slices.SortFunc(impact.Total, compareChanges)
	slices.SortFunc(impact.NoAdmins, compareUsers)
	return impact
}

func compareChanges(a, b UserChange) int { return compareUsers(a.User, b.User) }

// was returns a person as before the plan; nil for one who was added since.
func (f *Forecast) was(i int) *StateUser {
	if i < len(f.start) {
		return f.start[i]
	}
	return nil
}

// affected returns the people who changed, and those whose groups, products or Make
// organization changed.
func (f *Forecast) affected(j *journal) []int {
	affected := map[int]bool{}
	for i := range j.people {
		affected[i] = true
	}
	for id, was := range j.grants {
		if f.tenant.grant(id) == was {
			continue // unchanged
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
	for i, u := range f.tenant.people {
		if j.products != nil && u != nil && u.Team != nil {
			affected[i] = true
		}
	}
	return slices.Sorted(maps.Keys(affected))
}

// differs reports whether anyone's membership in the organization may differ.
func (m MakeState) differs(o MakeState) bool {
	return m.Sync != o.Sync || m.Prune != o.Prune
}

// overlaid returns the groups that the affected people are or were in, replaced
// by those in the journal.
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

// compared compares one person and reports whether anything changed.
func (f *Forecast) compared(before, after side, was, is *StateUser) (UserChange, bool) {
	p := userPair{was: was, is: is}
	if was == nil && is == nil {
		return UserChange{}, false
	}
	f.cmp.before, f.cmp.after = before, after
	c := UserChange{User: *p.user(), Event: p.event(), Changes: f.cmp.compare(p)}
	return c, c.Event != "" || len(c.Changes) > 0
}

// count updates the counts for one person after a change.
func (f *Forecast) count(impact *Impact, i int, c UserChange, after side) {
	for e, count := range impact.counts() {
		count.More = f.affects[e].set(f, i, Effect(e).has(c)) || count.More
	}
	f.affects[CeasesAdmin].set(f, i, c.CeasesAdmin())
	is := f.tenant.people[i]
	manages := is != nil && after.grants.subjectOf(is).isAdmin()
	if f.admins[i] && !manages {
		impact.NoAdmins = append(impact.NoAdmins, *userPair{was: f.was(i), is: is}.user())
	}
	if delete(f.admins, i); manages {
		f.admins[i] = true
	}
}

// Tenant returns the tenant as planned so far. Callers must not change it.
func (f *Forecast) Tenant() *Tenant { return f.tenant }
