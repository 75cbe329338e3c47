package access

import (
	"maps"
	"slices"
)

// ExpandOn is Expand for a base that is known by its resulting access, as custom
// role templates are. It returns the access of a template that is based on
// another, and of a group that starts from one (rules 2, 5).
func ExpandOn(base Access, own map[string]Level, controls ...string) Access {
	return Expand(Access{}, overlay(explicit(base), own), controls...)
}

// OverlayOn is Overlay for ExpandOn: the smallest change to own under which
// ExpandOn returns want.
func OverlayOn(base Access, own map[string]Level, want Access, controls ...string) map[string]Level {
	start := explicit(base)
	result := Overlay(Access{}, overlay(start, own), want, controls...)
	for code, level := range start {
		if _, mine := own[code]; !mine && result[code] == level {
			delete(result, code)
		}
	}
	return result
}

// ComparedEntities returns the entities that distinguish role templates, in
// catalog order: Commerce Engine entities with a view of their own, and other
// entities for which one of the templates sets a level explicitly. The templates
// are given by their resulting access.
func ComparedEntities(templates []Access) []Entity {
	shown := map[string]bool{}
	for _, t := range templates {
		for code := range explicit(t) {
			shown[code] = true
		}
	}
	return slices.DeleteFunc(Entities(), func(e Entity) bool {
		return !shown[e.Code] && (e.Parent != "" || e.Product != CommerceEngine)
	})
}

// TiedEntities returns the codes of the entities that the entity is tied to (rule
// 2a), without the entity itself; empty for most entities.
func TiedEntities(entity string) []string {
	codes := []string{}
	for _, set := range ties {
		if slices.Contains(set, entity) {
			codes = slices.DeleteFunc(slices.Clone(set), func(code string) bool { return code == entity })
		}
	}
	return codes
}

// explicit returns the smallest set of levels for which Expand returns the
// access: entities that would get their level by following another are omitted.
func explicit(a Access) map[string]Level { return Overlay(Access{}, nil, a) }

// overlay returns the levels of base, replaced by those in own.
func overlay(base, own map[string]Level) map[string]Level {
	levels := maps.Clone(base)
	maps.Copy(levels, own)
	return levels
}
