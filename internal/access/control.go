package access

import "slices"

// UserType is the kind of user that a group or an access control is for.
type UserType string

// The user types.
const (
	Employee UserType = "EMPLOYEE"
	Customer UserType = "CUSTOMER"
)

// Control is a predefined access control: what a group carries, by id, to
// grant a level on an entity (rule 6). The ids are the same in every tenant.
type Control struct {
	ID    string
	Label string
	// Entity is the code of the entity the control grants Level on; empty for
	// controls of things outside the catalog.
	Entity string
	Level  Level
	Scopes []string
	// RestrictedTo is the only user type the control may be given to; empty
	// when any may carry it.
	RestrictedTo UserType
	// VendorAware controls reach a vendor's own records only.
	VendorAware bool
}

// RestrictionAware reports whether a group's restrictions narrow the control.
func (c Control) RestrictionAware() bool {
	e, ok := EntityByCode(c.Entity)
	return ok && e.RestrictionAware
}

// Controls returns every predefined access control in a stable order.
func Controls() []Control {
	return slices.Clone(controls)
}

// ControlByID returns the predefined access control with the given id, and
// false when there is none.
func ControlByID(id string) (Control, bool) {
	i, ok := controlIndex[id]
	if !ok {
		return Control{}, false
	}
	return controls[i], true
}

// ControlIDs returns the ids of the access controls that grant exactly the
// given access, in the order of the catalog.
func ControlIDs(a Access) []string {
	ids := []string{}
	for i, level := range a {
		for _, c := range bundles[i][level] {
			ids = append(ids, controls[c].ID)
		}
	}
	return ids
}

// FromControls returns the access that a group with the given access controls
// has (rule 6), after tied and derived entities followed (rules 2a, 2b).
// Entities in withheld are named with no access. Ids that are not predefined
// or grant nothing in the catalog are skipped.
func FromControls(ids, withheld []string) Access {
	return followed(direct(ids), withheld)
}

// followed gives tied and derived entities what they follow, where all others
// have their levels and those in withheld are named with no access.
func followed(levels Access, withheld []string) Access {
	named := namedIn(levels)
	for _, code := range withheld {
		if i, ok := entityIndex[code]; ok && levels[i] == None {
			named[i] = true
		}
	}
	return follow(levels, named)
}

// direct returns the levels that the controls grant by themselves. What a
// vendor-aware control reaches, a vendor's own records, is no level.
func direct(ids []string) Access {
	var levels Access
	for _, id := range ids {
		c, ok := controlIndex[id]
		if !ok || controls[c].Entity == "" || controls[c].VendorAware {
			continue
		}
		i := controlEntity[c]
		levels[i] = max(levels[i], controls[c].Level)
	}
	return levels
}

// whole is direct for a stricter reader: a level counts only where ids hold
// every control that the level takes.
func whole(ids []string) Access {
	carried := make([]bool, len(controls))
	for _, id := range ids {
		if c, ok := controlIndex[id]; ok {
			carried[c] = true
		}
	}
	var levels Access
	for i := range bundles {
		for level, bundle := range bundles[i] {
			if len(bundle) > 0 && !slices.ContainsFunc(bundle, func(c int) bool { return !carried[c] }) {
				levels[i] = Level(level)
			}
		}
	}
	return levels
}

// Withheld returns the entities that must be named with no access for a group
// carrying ControlIDs(a) to have exactly the access a: those that would
// otherwise follow a parent or a tied entity.
func Withheld(a Access) []string {
	codes := []string{}
	for i, level := range follow(a, namedIn(a)) {
		if level != a[i] {
			codes = append(codes, catalog[i].Code)
		}
	}
	return codes
}

// Complete is FromControls for a stricter reader: a level counts only where
// ids hold every control that the level takes. Where the two differ, someone
// took away a part of what a group carried.
func Complete(ids, withheld []string) Access {
	return followed(whole(ids), withheld)
}

var (
	controlIndex = indexControls()
	// controlEntity holds the index of each control's entity, or -1.
	controlEntity = indexControlEntities()
	// bundles holds, per entity and level, the controls the level takes.
	bundles = bundleControls()
)

func indexControls() map[string]int {
	index := make(map[string]int, len(controls))
	for i, c := range controls {
		index[c.ID] = i
	}
	return index
}

func indexControlEntities() []int {
	entities := make([]int, len(controls))
	for i, c := range controls {
		entities[i] = -1
		if e, ok := entityIndex[c.Entity]; ok {
			entities[i] = e
		}
	}
	return entities
}

func bundleControls() [EntityCount][Administrate + 1][]int {
	var all [EntityCount][Administrate + 1][]int
	for i, c := range controls {
		if c.Entity != "" && !c.VendorAware {
			e := entityIndex[c.Entity]
			all[e][c.Level] = append(all[e][c.Level], i)
		}
	}
	return all
}
