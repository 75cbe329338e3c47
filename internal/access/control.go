package access

import "slices"

// UserType is the kind of user that a group or an access control is for.
type UserType string

// The user types.
const (
	Employee UserType = "EMPLOYEE"
	Customer UserType = "CUSTOMER"
)

// Control is a predefined access control. A group carries it by id, and it grants
// a level on an entity (rule 6). The ids are the same in every tenant.
type Control struct {
	ID    string
	Label string
	// Entity is the code of the entity on which the control grants Level; empty for
	// controls of things outside the catalog.
	Entity string
	Level  Level
	Scopes []string
	// RestrictedTo is the only user type that can carry the control; empty if any
	// can.
	RestrictedTo UserType
	// VendorAware controls reach only a vendor's own records.
	VendorAware bool
}

// RestrictionAware reports whether a group's restrictions narrow the scopes of the
// control. That includes controls of other entities with the scopes of a
// restriction-aware one, such as those of status codes of quotes: they would
// otherwise lift the restriction of a group that carries both (rule 13).
func (c Control) RestrictionAware() bool {
	return c.narrowed() || c.Entity != "" && slices.ContainsFunc(c.Scopes, ofRestrictionAware)
}

// ofRestrictionAware reports whether a scope belongs to a restriction-aware entity.
func ofRestrictionAware(scope string) bool {
	for i := range catalog {
		if catalog[i].RestrictionAware && entitySlots[scope].intersects(areas[i].all) {
			return true
		}
	}
	return false
}

// narrowed reports whether restrictions narrow the records of the control's entity.
func (c *Control) narrowed() bool {
	e, ok := EntityByCode(c.Entity)
	return ok && e.RestrictionAware
}

// SharedScopes returns the codes of the other entities whose predefined access
// controls grant the same scopes as those of the entity, in catalog order. The API
// checks scopes: a token for one of them also works on the others, although
// reports name only the entity that the control names (rule 6).
func SharedScopes(entity string) []string {
	var codes []string
	own := scopesOfEntity(entity)
	for _, e := range Entities() {
		if e.Code != entity && len(own) > 0 && slices.Equal(own, scopesOfEntity(e.Code)) {
			codes = append(codes, e.Code)
		}
	}
	return codes
}

// scopesOfEntity returns the scopes that the entity's access controls grant, sorted.
func scopesOfEntity(entity string) []string {
	var ids []string
	for _, c := range controls {
		if c.Entity == entity && !c.VendorAware {
			ids = append(ids, c.Scopes...)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Controls returns every predefined access control in a stable order.
func Controls() []Control {
	return slices.Clone(controls)
}

// ControlByID returns the predefined access control with the given id, and false
// if there is none.
func ControlByID(id string) (Control, bool) {
	i, ok := controlIndex[id]
	if !ok {
		return Control{}, false
	}
	return controls[i], true
}

// ControlIDs returns the ids of the access controls that grant exactly the given
// access, in catalog order.
func ControlIDs(a Access) []string {
	ids := []string{}
	for i, level := range a {
		for _, c := range bundles[i][level] {
			ids = append(ids, controls[c].ID)
		}
	}
	return ids
}

// Held returns the levels that the predefined access controls of entities grant
// in full (rule 6). Tied and derived entities are not added: no one holds a level
// that no access control grants. Other ids are ignored.
func Held(ids []string) Access {
	all := heldSlots(ids)
	var levels Access
	for i := range levels {
		levels[i], _ = areas[i].held(all)
	}
	return levels
}

// Observed returns the levels to show for a group that carries other predefined
// access controls than expected: if scopes are missing, the level that is still
// complete; if there are additional scopes, the level they belong to.
func Observed(expected, carried []string) Access {
	want, have := heldSlots(expected), heldSlots(carried)
	var levels Access
	for i := range levels {
		a := &areas[i]
		level, part := a.held(have)
		if a.within(have).without(a.within(want)) != (slots{}) {
			level = max(level, part)
		}
		levels[i] = level
	}
	return levels
}

func heldSlots(ids []string) (all slots) {
	for _, id := range ids {
		if i, ok := controlIndex[id]; ok && controlEntity[i] >= 0 {
			all = all.or(controlSlots[i])
		}
	}
	return all
}

var (
	controlIndex = indexControls()
	// controlEntity holds the index of each control's entity, or -1.
	controlEntity = indexControlEntities()
	// bundles holds, per entity and level, the controls that make up the level.
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
