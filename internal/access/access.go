package access

import "maps"

// Access is a level for every entity of the catalog. Its zero value grants
// nothing. Two values are equal (==) when they grant the same.
type Access [EntityCount]Level

// Of returns the level held on the entity; None for an unknown code.
func (a Access) Of(entity string) Level {
	i, ok := entityIndex[entity]
	if !ok {
		return None
	}
	return a[i]
}

// Map returns the granted levels by entity code. Entities without access are
// omitted.
func (a Access) Map() map[string]Level {
	m := map[string]Level{}
	for i, level := range a {
		if level > None {
			m[catalog[i].Code] = level
		}
	}
	return m
}

// FromMap is the inverse of Map. It ignores unknown codes; use Check to reject
// them.
func FromMap(m map[string]Level) Access {
	var a Access
	for code, level := range m {
		if i, ok := entityIndex[code]; ok {
			a[i] = level
		}
	}
	return a
}

// Merge returns the higher level of the two for each entity (rule 4). It is
// commutative, associative and idempotent, and never lowers.
func Merge(a, b Access) Access {
	for i := range a {
		a[i] = max(a[i], b[i])
	}
	return a
}

// Expand returns the levels of a group: its own levels overlaid on the
// template's, then the levels that its other access controls grant in full, then
// tied and derived entities (rules 2, 2a, 2b). For a group without a template,
// pass the zero Access. Expand ignores unknown codes in own; use Check to reject
// them.
func Expand(template Access, own map[string]Level, controls ...string) Access {
	levels := template
	explicit := explicitIn(template)
	for code, level := range own {
		if i, ok := entityIndex[code]; ok {
			levels[i], explicit[i] = level, true
		}
	}
	for i, level := range Held(controls) {
		if level > None {
			levels[i], explicit[i] = max(levels[i], level), true
		}
	}
	return derive(levels, explicit)
}

// explicitIn returns the entities that are granted anything; their levels count
// as explicit.
func explicitIn(a Access) [EntityCount]bool {
	var explicit [EntityCount]bool
	for i, level := range a {
		explicit[i] = level > None
	}
	return explicit
}

// derive sets the levels of tied and derived entities (rules 2a, 2b). Expanding
// an expanded access changes nothing.
func derive(levels Access, explicit [EntityCount]bool) Access {
	for _, set := range tieSets {
		highest := None
		for _, i := range set {
			if explicit[i] {
				highest = max(highest, levels[i])
			}
		}
		for _, i := range set {
			if !explicit[i] {
				levels[i] = highest
			}
		}
	}
	for i, parent := range parentOf {
		if parent >= 0 && !explicit[i] {
			levels[i] = levels[parent]
		}
	}
	return levels
}

// Overlay returns the smallest change to own under which Expand returns want: it
// keeps the levels in own and adds only the entities that differ. For a group
// whose access has drifted, the result is exactly the drift. A level that the
// controls grant cannot be removed.
func Overlay(template Access, own map[string]Level, want Access, controls ...string) map[string]Level {
	result := maps.Clone(own)
	if result == nil {
		result = map[string]Level{}
	}
	for {
		// Parents precede the entities derived from them, so setting the first
		// difference often settles the rest.
		got := Expand(template, result, controls...)
		first := -1
		for i := range want {
			level, explicit := result[catalog[i].Code]
			if got[i] != want[i] && (!explicit || level != want[i]) {
				first = i
				break
			}
		}
		if first < 0 {
			return result
		}
		result[catalog[first].Code] = want[first]
	}
}
