package access

import (
	"cmp"
	"slices"
)

// Group is what the evaluation of a user needs to know of a group.
type Group struct {
	ID string
	// Name is for sentences that people read; may be empty.
	Name string
	// Templates are the role templates the group refers to.
	Templates []Access
	// Controls are the ids of the access controls the group carries itself.
	Controls []string
	// Withheld are the codes of entities the group names with no access.
	Withheld []string
	// Restrictions are the values that records must carry for the group's
	// members to reach them (rule 7); empty for every record.
	Restrictions []string
}

// Access returns the group's access (rules 2 and 6).
func (g Group) Access() Access {
	levels := direct(g.Controls)
	for _, t := range g.Templates {
		levels = Merge(levels, t)
	}
	return followed(levels, g.Withheld)
}

// User is whose access is evaluated.
type User struct {
	Locked bool
	Groups []Group
}

// Access returns the user's access (rule 4).
func (u User) Access() Access {
	return u.Subject().Access()
}

// Subject evaluates the user's groups. Where many users share groups, Compile
// the groups once instead.
func (u User) Subject() Subject {
	if u.Locked {
		return Subject{locked: true}
	}
	var s Subject
	for _, g := range u.Groups {
		s.grants = append(s.grants, evaluate(g))
	}
	slices.SortFunc(s.grants, func(a, b *grant) int { return cmp.Compare(a.ID, b.ID) })
	return s
}

// Compiled holds groups, each evaluated once, for many users to be asked about.
// It may be used by several goroutines.
type Compiled struct {
	byID map[string]*grant
}

// Compile evaluates the groups, whose ids are distinct.
func Compile(groups []Group) *Compiled {
	c := &Compiled{byID: make(map[string]*grant, len(groups))}
	for _, g := range groups {
		c.byID[g.ID] = evaluate(g)
	}
	return c
}

// Subject returns the user who is in the groups with these ids. Ids of no
// compiled group give nothing.
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

// Subject is a user with evaluated groups: ready to answer questions.
type Subject struct {
	locked bool
	grants []*grant // in the order of their ids; none when locked (rule 4)
}

// Access returns the highest level for each entity (rule 4), wherever it
// reaches.
func (s Subject) Access() Access {
	var a Access
	for _, g := range s.grants {
		a = Merge(a, g.access)
	}
	return a
}

// holds reports whether one of the groups gives a level on any record of the
// entity.
func (s Subject) holds(entity int) bool {
	for _, g := range s.grants {
		if g.access[entity] > None {
			return true
		}
	}
	return false
}

// level returns the highest level on records that carry the restriction value,
// or on those that carry none (rule 7).
func (s Subject) level(entity int, restriction *string) Level {
	highest := None
	for _, g := range s.grants {
		if g.access[entity] > highest && g.reaches(entity, restriction) {
			highest = g.access[entity]
		}
	}
	return highest
}

// GroupRef names a group.
type GroupRef struct{ ID, Name string }

// String names the group for people: by name, and by the id that a
// configuration has.
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
	return enumerate(names)
}

// grant is a group, evaluated.
type grant struct {
	GroupRef
	access       Access
	source       [EntityCount]Source
	restrictions []string // sorted, each once
}

// narrows reports whether the group reaches some records of the entity only.
func (g *grant) narrows(entity int) bool {
	return len(g.restrictions) > 0 && catalog[entity].RestrictionAware
}

// reaches reports whether the group reaches records of the entity that carry
// the restriction value, or those that carry none (rule 7).
func (g *grant) reaches(entity int, restriction *string) bool {
	if !g.narrows(entity) {
		return true
	}
	if restriction == nil {
		return false
	}
	_, found := slices.BinarySearch(g.restrictions, *restriction)
	return found
}

func evaluate(g Group) *grant {
	result := &grant{GroupRef: GroupRef{g.ID, g.Name}, access: g.Access()}
	if len(g.Restrictions) > 0 {
		result.restrictions = slices.Compact(slices.Sorted(slices.Values(g.Restrictions)))
	}
	some, all := direct(g.Controls), whole(g.Controls)
	for i, level := range result.access {
		if level > None {
			result.source[i] = source(g, i, result.access, some, all)
		}
	}
	return result
}

// source says what gave the group its level on the entity. Some are the levels
// of which the group carries a control, all those of which it carries every
// one: who names a level gets them all, so that what is there in part comes
// from access controls listed one by one.
func source(g Group, entity int, held, some, all Access) Source {
	level := held[entity]
	if parent := parentOf[entity]; parent >= 0 && held[parent] == level {
		return Derived
	}
	if all[entity] == level {
		return FromGroup
	}
	for _, t := range g.Templates {
		if t[entity] == level {
			return FromTemplate
		}
	}
	if some[entity] == level {
		return FromControl
	}
	return Correlated
}
