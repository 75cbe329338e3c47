package access

import (
	"slices"
	"strings"
)

// ChangeKind says how access to an entity changed (rule 10).
type ChangeKind string

// The kinds of changes.
const (
	Gained       ChangeKind = "gained"       // from no access to some
	Lost         ChangeKind = "lost"         // from some access to none
	Raised       ChangeKind = "raised"       // to a higher level
	Lowered      ChangeKind = "lowered"      // to a lower level that is not none
	Restricted   ChangeKind = "restricted"   // lost on all records but those with some values
	Unrestricted ChangeKind = "unrestricted" // gained on all records, where it was only on some
)

// Change is what became of the access to an entity's records: to all of them;
// to those with one of the values in Restrictions; or to all but those with a
// value in Except, records without a value included.
type Change struct {
	Kind          ChangeKind
	Entity        string
	Before, After Level
	Restrictions  []string // sorted
	Except        []string // sorted
	// Groups are those that give the higher of the two levels on these
	// records, by id: after the change where it is a gain, before it where it
	// is a loss. Where two accesses were compared there are none.
	Groups []GroupRef
}

// Widens reports whether the change gives, and does not take.
func (c Change) Widens() bool { return c.After > c.Before }

// Text says what happens, after the name of the one it happens to: "gains read
// on orders for records with DE through orders-de".
func (c Change) Text() string {
	var text string
	switch {
	case c.Before == None:
		text = "gains " + c.After.String()
	case c.After == None:
		text = "loses " + c.Before.String()
	default:
		text = "is " + string(c.Kind) + " from " + c.Before.String() + " to " + c.After.String()
	}
	text += " on " + c.Entity
	switch {
	case len(c.Restrictions) > 0:
		text += " for records with " + strings.Join(c.Restrictions, " or ")
	case len(c.Except) > 0:
		text += " except for records with " + strings.Join(c.Except, " or ")
	}
	if len(c.Groups) > 0 {
		text += " through " + enumerateGroups(c.Groups)
	}
	return text
}

// JoinEntities makes one change of those that differ in the entity only.
func JoinEntities(changes []Change) []Change {
	var joined []Change
	var entities [][]string
	for _, c := range changes {
		i := slices.IndexFunc(joined, func(j Change) bool {
			return j.Kind == c.Kind && j.Before == c.Before && j.After == c.After && slices.Equal(j.Groups, c.Groups) &&
				slices.Equal(j.Restrictions, c.Restrictions) && slices.Equal(j.Except, c.Except)
		})
		if i < 0 {
			i, joined, entities = len(joined), append(joined, c), append(entities, nil)
		}
		entities[i] = append(entities[i], c.Entity)
	}
	for i := range joined {
		joined[i].Entity = strings.Join(entities[i], ", ")
	}
	return joined
}

// CompareAccess returns what differs between two accesses: gained, lost, raised
// or lowered, by category and entity code.
func CompareAccess(before, after Access) []Change {
	var changes []Change
	for _, i := range reportOrder {
		if before[i] != after[i] {
			changes = append(changes, Change{
				Kind: kindOf(before[i], after[i]), Entity: catalog[i].Code, Before: before[i], After: after[i],
			})
		}
	}
	return changes
}

func kindOf(before, after Level) ChangeKind {
	switch {
	case before == None:
		return Gained
	case after == None:
		return Lost
	case after > before:
		return Raised
	}
	return Lowered
}

// CompareSubjects returns what differs between two states of a user, by
// category and entity code (rule 10).
func CompareSubjects(before, after Subject) []Change {
	if slices.Equal(before.grants, after.grants) {
		return nil // the same groups, evaluated once
	}
	was, is := before.Access(), after.Access()
	count := 0
	for i := range was {
		if was[i] != is[i] {
			count++
		}
	}
	changes := make([]Change, 0, count)
	for _, i := range reportOrder {
		switch {
		case before.restricted(i) || after.restricted(i):
			changes = append(changes, compareRecords(before, after, i)...)
		case was[i] != is[i]:
			changes = append(changes, newChange(before, after, i, records{before: was[i], after: is[i]}))
		}
	}
	return changes
}

// records are those of one entity to which the same happened: those with one
// of the values or, where others is set, all but those with a value in except.
type records struct {
	before, after  Level
	values, except []string
	others         bool
}

// compareRecords compares the access to one entity value by value, as nothing
// else tells records apart, and joins the values to which the same happened.
func compareRecords(before, after Subject, entity int) []Change {
	others := records{before: before.level(entity, nil), after: after.level(entity, nil), others: true}
	classes := []records{}
	for _, value := range restrictionsOf(before, after) {
		was, is := before.level(entity, &value), after.level(entity, &value)
		if was == others.before && is == others.after {
			continue
		}
		others.except = append(others.except, value)
		i := slices.IndexFunc(classes, func(c records) bool { return c.before == was && c.after == is })
		if i < 0 {
			i, classes = len(classes), append(classes, records{before: was, after: is})
		}
		classes[i].values = append(classes[i].values, value)
	}
	var changes []Change
	for _, c := range append([]records{others}, classes...) {
		if c.before != c.after {
			changes = append(changes, newChange(before, after, entity, c))
		}
	}
	return changes
}

// restrictionsOf returns the values that limit a group in either state, sorted.
func restrictionsOf(before, after Subject) []string {
	var values []string
	for _, s := range []Subject{before, after} {
		for _, g := range s.grants {
			values = append(values, g.restrictions...)
		}
	}
	slices.Sort(values)
	return slices.Compact(values)
}

func newChange(before, after Subject, entity int, r records) Change {
	c := Change{
		Kind: kindOf(r.before, r.after), Entity: catalog[entity].Code, Before: r.before, After: r.after,
		Restrictions: r.values, Except: r.except,
	}
	switch {
	case r.others && c.Kind == Lost && after.holds(entity):
		c.Kind = Restricted
	case r.others && c.Kind == Gained && before.holds(entity):
		c.Kind = Unrestricted
	}
	giver := before
	if c.Widens() {
		giver = after
	}
	for _, g := range giver.grants {
		if g.access[entity] >= max(r.before, r.after) && g.reachesAny(entity, r.values) {
			c.Groups = append(c.Groups, g.GroupRef)
		}
	}
	return c
}

// reachesAny reports whether the group reaches records with one of the values;
// without values, those that carry none.
func (g *grant) reachesAny(entity int, values []string) bool {
	if len(values) == 0 {
		return g.reaches(entity, nil)
	}
	return slices.ContainsFunc(values, func(v string) bool { return g.reaches(entity, &v) })
}
