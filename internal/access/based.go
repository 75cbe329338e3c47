package access

import (
	"maps"
	"slices"
)

// ExpandOn is Expand over a role template that is known by its outcome, as a
// tenant's own ones are: over what it gives with everything that follows. It
// gives the access of a template that is based on another, and of a group that
// starts from one (rules 2, 5).
func ExpandOn(base Access, own map[string]Level, controls ...string) Access {
	return Expand(Access{}, lay(named(base), own), controls...)
}

// OverlayOn is Overlay for ExpandOn: the smallest change to own under which
// ExpandOn gives want.
func OverlayOn(base Access, own map[string]Level, want Access, controls ...string) map[string]Level {
	start := named(base)
	result := Overlay(Access{}, lay(start, own), want, controls...)
	for code, level := range start {
		if _, mine := own[code]; !mine && result[code] == level {
			delete(result, code)
		}
	}
	return result
}

// Compared returns the entities that tell role templates apart, in the order of
// the catalog: those with a view of their own in the Commerce Engine, and others
// where one of the templates, known by their outcomes, names a level.
func Compared(templates []Access) []Entity {
	shown := map[string]bool{}
	for _, t := range templates {
		for code := range named(t) {
			shown[code] = true
		}
	}
	return slices.DeleteFunc(Entities(), func(e Entity) bool {
		return !shown[e.Code] && (e.Parent != "" || e.Product != CommerceEngine)
	})
}

// Tied returns the codes of the entities that the entity is tied to (rule 2a),
// itself left out; empty for most.
func Tied(entity string) []string {
	codes := []string{}
	for _, set := range ties {
		if slices.Contains(set, entity) {
			codes = slices.DeleteFunc(slices.Clone(set), func(code string) bool { return code == entity })
		}
	}
	return codes
}

// named returns the levels to name for Expand to give the access: none where an
// entity would follow another one otherwise.
func named(a Access) map[string]Level { return Overlay(Access{}, nil, a) }

// lay returns the levels of base with own laid over them.
func lay(base, own map[string]Level) map[string]Level {
	levels := maps.Clone(base)
	maps.Copy(levels, own)
	return levels
}
