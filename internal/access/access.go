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
// left out.
func (a Access) Map() map[string]Level {
	m := map[string]Level{}
	for i, level := range a {
		if level > None {
			m[catalog[i].Code] = level
		}
	}
	return m
}

// FromMap is the inverse of Map. Unknown codes are ignored: check them first.
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

// Expand returns the levels that a group is to have: its own laid over the
// template's, those added that access controls give wholly which it carries
// besides, then tied and derived entities (rules 2, 2a, 2b). Give the zero Access for a group without a template.
// Unknown codes in own are ignored: check them first.
func Expand(template Access, own map[string]Level, controls ...string) Access {
	levels := template
	named := namedIn(template)
	for code, level := range own {
		if i, ok := entityIndex[code]; ok {
			levels[i], named[i] = level, true
		}
	}
	for i, level := range Held(controls) {
		if level > None {
			levels[i], named[i] = max(levels[i], level), true
		}
	}
	return follow(levels, named)
}

// namedIn returns which entities are granted anything, and so named.
func namedIn(a Access) [EntityCount]bool {
	var named [EntityCount]bool
	for i, level := range a {
		named[i] = level > None
	}
	return named
}

// follow gives tied and derived entities the levels they follow (rules 2a, 2b).
// Expanding an expanded access changes nothing.
func follow(levels Access, named [EntityCount]bool) Access {
	for _, set := range tieSets {
		highest := None
		for _, i := range set {
			if named[i] {
				highest = max(highest, levels[i])
			}
		}
		for _, i := range set {
			if !named[i] {
				levels[i] = highest
			}
		}
	}
	for i, parent := range parentOf {
		if parent >= 0 && !named[i] {
			levels[i] = levels[parent]
		}
	}
	return levels
}

// Overlay returns the smallest change to own under which Expand gives want: it
// keeps what own says and names only the entities that differ. Where a group's
// access has drifted, the result shows exactly the drift. No level that the
// controls give can be taken away.
func Overlay(template Access, own map[string]Level, want Access, controls ...string) map[string]Level {
	result := maps.Clone(own)
	if result == nil {
		result = map[string]Level{}
	}
	for {
		// Parents stand before the entities that follow them, so naming the
		// first difference often settles the rest.
		got := Expand(template, result, controls...)
		first := -1
		for i := range want {
			level, named := result[catalog[i].Code]
			if got[i] != want[i] && (!named || level != want[i]) {
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
