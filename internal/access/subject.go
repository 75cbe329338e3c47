package access

import (
	"cmp"
	"slices"
)

// Group is a group as the evaluation of a user needs it.
type Group struct {
	ID string
	// Name is for messages; may be empty.
	Name string
	// VendorID is the vendor that the group belongs to; empty for none.
	VendorID string
	// Templates are the ids of the role templates the group refers to.
	Templates []string
	// Controls are the ids of the access controls the group carries itself.
	Controls []string
	// Restrictions are the values that records must carry for the group's
	// members to reach them (rule 7); empty for every record.
	Restrictions []string
}

// User is a user whose access is evaluated.
type User struct {
	Locked bool
	Groups []Group
	Rights Rights
}

// Access returns the user's access (rule 4).
func (u User) Access() Access {
	return u.Subject().Access()
}

// Subject evaluates the user's groups. If many users share groups, use Compile to
// evaluate each group once.
func (u User) Subject() Subject {
	if u.Locked {
		return Subject{locked: true}
	}
	var s Subject
	for _, g := range u.Groups {
		s.grants = append(s.grants, u.Rights.evaluate(g))
	}
	slices.SortFunc(s.grants, func(a, b *grant) int { return cmp.Compare(a.ID, b.ID) })
	return s
}

// Compiled holds groups, each evaluated once, to evaluate many users. It is safe
// for concurrent use.
type Compiled struct {
	byID      map[string]*grant
	templates map[string][]string // by group
}

// Compile evaluates the groups. Their ids must be distinct.
func (r Rights) Compile(groups []Group) *Compiled {
	c := &Compiled{byID: make(map[string]*grant, len(groups)), templates: make(map[string][]string, len(groups))}
	for _, g := range groups {
		c.byID[g.ID], c.templates[g.ID] = r.evaluate(g), g.Templates
	}
	return c
}

// Subject returns a user who is in the groups with these ids. Ids of other groups
// grant nothing.
func (c *Compiled) Subject(locked bool, groupIDs ...string) Subject {
	if locked {
		return Subject{locked: true}
	}
	s := Subject{grants: make([]*grant, 0, len(groupIDs))}
	for _, id := range groupIDs {
		if g, ok := c.byID[id]; ok {
			s.grants = append(s.grants, g)
		}
	}
	slices.SortFunc(s.grants, func(a, b *grant) int { return cmp.Compare(a.ID, b.ID) })
	s.grants = slices.Compact(s.grants)
	return s
}

// Subject is a user with evaluated groups, ready to answer questions.
type Subject struct {
	locked bool
	grants []*grant // in the order of their ids; none when locked (rule 4)
}

// view is what a subject holds on the tenant's records or, with a vendor, on that
// vendor's own records.
type view struct {
	vendorID string
	wide     slots    // on every record
	values   []string // that some group is restricted to, sorted
	narrow   []slots  // on records with each of the values, wide included
}

// view merges what the groups grant: the scopes of a level may come from several
// groups (rule 6).
func (s Subject) view(vendorID string) view {
	v := view{vendorID: vendorID}
	for _, g := range s.grants {
		if v.has(g) {
			v.wide = v.wide.or(g.wide)
			if g.wide != g.narrow {
				v.values = append(v.values, g.restrictions...)
			}
		}
	}
	if len(v.values) == 0 {
		return v
	}
	slices.Sort(v.values)
	v.values = slices.Compact(v.values)
	v.narrow = make([]slots, len(v.values))
	for i := range v.values {
		v.narrow[i] = v.wide
		for _, g := range s.grants {
			if v.has(g) {
				v.narrow[i] = v.narrow[i].or(g.slots(&v.values[i]))
			}
		}
	}
	return v
}

// has reports whether the group counts for the view: groups of other vendors do
// not reach this vendor's records.
func (v *view) has(g *grant) bool { return v.vendorID == "" || g.vendorID == v.vendorID }

// slots returns what is held on records that carry the restriction value, or on
// records without one if it is nil.
func (v *view) slots(restriction *string) slots {
	if restriction != nil {
		if i, ok := slices.BinarySearch(v.values, *restriction); ok {
			return v.narrow[i]
		}
	}
	return v.wide
}

// area returns the entity's area for the view, and false if the entity has no
// vendor records.
func (v *view) area(entity int) (*area, bool) {
	if v.vendorID == "" {
		return &areas[entity], true
	}
	if vendorAreas[entity] < 0 {
		return nil, false
	}
	return &areas[vendorAreas[entity]], true
}

// vendors returns the vendors whose own records the subject may reach, sorted.
func (s Subject) vendors() []string {
	var ids []string
	for _, g := range s.grants {
		if g.vendorID != "" && !slices.Contains(ids, g.vendorID) {
			ids = append(ids, g.vendorID)
		}
	}
	slices.Sort(ids)
	return ids
}

// views returns the view of the tenant's records, then one of each vendor's.
func (s Subject) views() []view {
	all := []view{s.view("")}
	for _, id := range s.vendors() {
		all = append(all, s.view(id))
	}
	return all
}

// Access returns, for each entity, the highest level held in full on any record
// (rule 4). A vendor's own records do not count.
func (s Subject) Access() Access {
	v := s.view("")
	var highest Access
	for _, held := range append(v.narrow, v.wide) {
		for i := range highest {
			level, _ := areas[i].held(held)
			highest[i] = max(highest[i], level)
		}
	}
	return highest
}

// level returns the highest level on records that carry the restriction value, or
// on records without one if it is nil (rule 7).
func (s Subject) level(entity int, restriction *string) Level {
	v := s.view("")
	level, _ := areas[entity].held(v.slots(restriction))
	return level
}

// isAdmin reports whether the subject can manage users and groups in full, on any
// record.
func (s Subject) isAdmin() bool {
	v := s.view("")
	return slices.ContainsFunc(append(v.narrow, v.wide), func(held slots) bool {
		level, _ := areas[usersAndGroups].held(held)
		return level == Manage
	})
}

// GroupRef identifies a group in messages.
type GroupRef struct{ ID, Name string }

// String returns the group's name with its id as in a configuration, or the id
// alone if the group has no other name.
func (r GroupRef) String() string {
	if r.Name == "" || r.Name == r.ID {
		return r.ID
	}
	return r.Name + " (" + r.ID + ")"
}

func enumerateGroups(refs []GroupRef) string {
	names := make([]string, len(refs))
	for i, r := range refs {
		names[i] = r.String()
	}
	return Enumerate("and", names)
}
