package access

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// The functions in this file take levels as people write them: level names by
// entity code. They return an error for every entity and level that Check
// rejects, all joined, and omit entities without access from their results.

// ParseLevels parses level names by entity code.
func ParseLevels(names map[string]string) (map[string]Level, error) {
	levels := make(map[string]Level, len(names))
	var mistakes []error
	for _, entity := range slices.Sorted(maps.Keys(names)) {
		level, err := Check(entity, names[entity])
		if err != nil {
			mistakes = append(mistakes, err)
			continue
		}
		levels[entity] = level
	}
	return levels, errors.Join(mistakes...)
}

// Names returns the names of the granted levels by entity code.
func (a Access) Names() map[string]string {
	names := map[string]string{}
	for entity, level := range a.Map() {
		names[entity] = level.String()
	}
	return names
}

// ExpandTemplate returns the levels of a group that starts from the predefined
// role template and overlays the overrides, including tied and derived entities
// (rule 2). The empty template grants nothing.
func ExpandTemplate(template string, overrides map[string]string) (map[string]string, error) {
	t, ok := TemplateByID(template)
	if !ok && template != "" {
		ids := make([]string, len(templates))
		for i, known := range templates {
			ids[i] = known.ID
		}
		return nil, fmt.Errorf("unknown role template %q: use one of %s", template, strings.Join(ids, ", "))
	}
	own, err := ParseLevels(overrides)
	if err != nil {
		return nil, err
	}
	return Expand(t.Access, own).Names(), nil
}

// MergeAccess returns the highest level of each entity (rule 4). Tied and derived
// entities are not added: expand before you merge.
func MergeAccess(list []map[string]string) (map[string]string, error) {
	var merged Access
	var mistakes []error
	for i, names := range list {
		levels, err := ParseLevels(names)
		if err != nil {
			mistakes = append(mistakes, fmt.Errorf("map %d: %w", i+1, err))
			continue
		}
		merged = Merge(merged, FromMap(levels))
	}
	if err := errors.Join(mistakes...); err != nil {
		return nil, err
	}
	return merged.Names(), nil
}

// MissingOf returns the unmet dependencies of a group with these levels,
// including tied and derived entities: the text of what is missing, by managed
// entity (rule 9).
func MissingOf(names map[string]string) (map[string]string, error) {
	own, err := ParseLevels(names)
	if err != nil {
		return nil, err
	}
	texts := map[string]string{}
	for _, m := range MissingDependencies(Expand(Access{}, own)) {
		texts[m.Entity] = m.Text()
	}
	return texts, nil
}

// Comparison is the difference between two accesses, by entity code: for what is
// lost, the level held before; for everything else, the level held after.
type Comparison struct {
	Gained, Lost, Raised, Lowered map[string]string
}

// CompareLevels compares two accesses as people write them (rule 10). An omitted
// entity has no access.
func CompareLevels(before, after map[string]string) (Comparison, error) {
	c := Comparison{Gained: map[string]string{}, Lost: map[string]string{}, Raised: map[string]string{}, Lowered: map[string]string{}}
	was, wasErr := ParseLevels(before)
	is, isErr := ParseLevels(after)
	if wasErr != nil {
		wasErr = fmt.Errorf("before: %w", wasErr)
	}
	if isErr != nil {
		isErr = fmt.Errorf("after: %w", isErr)
	}
	if err := errors.Join(wasErr, isErr); err != nil {
		return Comparison{}, err
	}
	for _, e := range catalog {
		switch held, holds := was[e.Code], is[e.Code]; {
		case held == holds:
		case held == None:
			c.Gained[e.Code] = holds.String()
		case holds == None:
			c.Lost[e.Code] = held.String()
		case holds > held:
			c.Raised[e.Code] = holds.String()
		default:
			c.Lowered[e.Code] = holds.String()
		}
	}
	return c, nil
}
