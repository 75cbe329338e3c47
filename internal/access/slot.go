package access

import (
	"math/bits"
	"slices"
	"strings"
)

// slots is a set of slots. A slot is one scope in one area: a scope that belongs
// to several entities has a slot for each (rule 6).
type slots [slotWords]uint64

const slotWords = 4

func (s slots) contains(all slots) bool { return all.without(s) == slots{} }

func (s slots) intersects(o slots) bool { return s.and(o) != slots{} }

func (s slots) and(o slots) slots {
	for i := range s {
		s[i] &= o[i]
	}
	return s
}

func (s slots) or(o slots) slots {
	for i := range s {
		s[i] |= o[i]
	}
	return s
}

func (s slots) without(o slots) slots {
	for i := range s {
		s[i] &^= o[i]
	}
	return s
}

// scopes returns the scopes of the slots, sorted.
func (s slots) scopes() []string {
	var names []string
	for i, word := range s {
		for ; word != 0; word &= word - 1 {
			names = append(names, slotScopes[i*64+bits.TrailingZeros64(word)])
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// area is what levels are held on: an entity's records or, for a few entities, a
// vendor's own records.
type area struct {
	entity int
	vendor bool
	all    slots
	// complete has the slots that make up a level; empty if no access control grants
	// the level.
	complete [Administrate + 1]slots
	// first has the slots that no lower level includes. Viewing scopes belong to the
	// lowest level, even if only a managing access control carries them.
	first [Administrate + 1]slots
}

// held returns the highest level whose scopes are all in s, and the highest level
// above it of which some are; None if there is no such part. A viewing scope that
// the level does not include is a part of Read.
func (a *area) held(s slots) (level, part Level) {
	if !s.intersects(a.all) {
		return None, None
	}
	for level = Administrate; level > None; level-- {
		if a.complete[level] != (slots{}) && s.contains(a.complete[level]) {
			break
		}
	}
	for part = Administrate; part > level; part-- {
		if s.intersects(a.first[part]) {
			return level, part
		}
	}
	if s.and(a.first[Read]).without(a.upTo(level)) != (slots{}) {
		return level, Read
	}
	return level, None
}

// upTo returns the slots of a level and of all levels below it.
func (a *area) upTo(level Level) (s slots) {
	for ; level > None; level-- {
		s = s.or(a.complete[level])
	}
	return s
}

// beyond returns the slots of s in the area that do not belong to the full level.
func (a *area) beyond(s slots) slots {
	complete, _ := a.held(s)
	return s.and(a.all).without(a.upTo(complete))
}

// within returns the slots of s that are in the area, and those of every level
// below the one held: a level includes every lower one (rule 1).
func (a *area) within(s slots) slots {
	s = s.and(a.all)
	level, _ := a.held(s)
	return s.or(a.upTo(level))
}

var (
	slotScopes []string // the scope of each slot
	// areas holds the entities in catalog order, then the vendor's own records of
	// the entities that have any.
	areas = makeAreas()
	// vendorAreas holds, for each entity, the index of its vendor area, or -1.
	vendorAreas = indexVendorAreas()
	// entitySlots and vendorSlots hold the slots of each scope.
	entitySlots, vendorSlots = indexSlots()
	// controlSlots holds the slots that each predefined control grants.
	controlSlots = indexControlSlots()
)

// makeAreas builds all areas and numbers their slots.
func makeAreas() []area {
	var list []area
	for i := range catalog {
		list = append(list, newArea(i, false))
	}
	for i := range catalog {
		if a := newArea(i, true); a.all != (slots{}) {
			list = append(list, a)
		}
	}
	return list
}

func newArea(entity int, vendor bool) area {
	a := area{entity: entity, vendor: vendor}
	known := map[string]slots{}
	for level := Read; level <= Administrate; level++ {
		for _, c := range controls {
			if c.Entity != catalog[entity].Code || c.Level != level || c.VendorAware != vendor {
				continue
			}
			for _, scope := range c.Scopes {
				slot, ok := known[scope]
				if !ok {
					slot = nextSlot(scope)
					known[scope] = slot
					first := level
					if viewing(scope) {
						first = Read
					}
					a.first[first] = a.first[first].or(slot)
				}
				a.complete[level] = a.complete[level].or(slot)
			}
		}
		a.all = a.all.or(a.complete[level])
	}
	return a
}

func nextSlot(scope string) (s slots) {
	n := len(slotScopes)
	s[n/64] = 1 << (n % 64)
	slotScopes = append(slotScopes, scope)
	return s
}

// viewing reports whether a scope only lets its holder view something.
func viewing(scope string) bool {
	action := scope[strings.LastIndex(scope, "_")+1:]
	return action == "read" || action == "view"
}

func indexVendorAreas() []int {
	index := slices.Repeat([]int{-1}, EntityCount)
	for i, a := range areas {
		if a.vendor {
			index[a.entity] = i
		}
	}
	return index
}

func indexSlots() (entity, vendor map[string]slots) {
	entity, vendor = map[string]slots{}, map[string]slots{}
	for _, a := range areas {
		index := entity
		if a.vendor {
			index = vendor
		}
		for i, word := range a.all {
			for ; word != 0; word &= word - 1 {
				var slot slots
				slot[i] = word & -word
				scope := slotScopes[i*64+bits.TrailingZeros64(word)]
				index[scope] = index[scope].or(slot)
			}
		}
	}
	return entity, vendor
}

// indexControlSlots returns the slots that predefined controls grant. A control
// that names an entity grants its scopes for that entity alone; otherwise a user
// would hold levels that no one chose. Any other control grants them for every
// entity that its scopes belong to (rule 6).
func indexControlSlots() []slots {
	given := make([]slots, len(controls))
	for i, c := range controls {
		for _, scope := range c.Scopes {
			switch e, ok := entityIndex[c.Entity]; {
			case ok && c.VendorAware:
				given[i] = given[i].or(vendorSlots[scope].and(areas[vendorAreas[e]].all))
			case ok:
				given[i] = given[i].or(entitySlots[scope].and(areas[e].all))
			case !c.VendorAware:
				given[i] = given[i].or(entitySlots[scope])
			}
		}
	}
	return given
}

var usersAndGroups = entityIndex["users_and_groups"]
