package access

import (
	"cmp"
	"slices"
)

// Source says what gave a group its level on an entity.
type Source string

// The sources, as they stand in a report.
const (
	FromTemplate Source = "template"       // a role template the group refers to
	FromGroup    Source = "access"         // the group's own levels
	FromControl  Source = "access_control" // single access controls, not the whole level
	Derived      Source = "derived"        // the parent entity (rule 2b)
	Correlated   Source = "correlated"     // a tied entity (rule 2a)
)

// Row is one line of the permissions report: a level that a user holds on an
// entity, and on which of its records.
type Row struct {
	Category         string
	Entity           string
	EntityLabel      string
	Level            Level
	Restrictions     []string // records with one of these values, sorted; empty for every record
	RestrictionAware bool
	GrantedBy        []string // ids of the groups that give the level that far, sorted
	Source           Source   // in the first of those groups
}

// Report returns what the user may do: for each entity the highest level, and
// each lower level that reaches further (rule 7). The rows are ordered by
// category, then entity code, then level, highest first.
func Report(u User) []Row {
	return u.Subject().Report()
}

// Report is the report of a user.
func (s Subject) Report() []Row {
	var r reporter
	return r.report(s)
}

// reporter makes reports. Its next report overwrites the one before.
type reporter struct {
	rows  []Row
	names []string // the room that GrantedBy of all rows shares
}

func (r *reporter) report(s Subject) []Row {
	top := s.Access()
	granted := 0
	for _, level := range top {
		if level > None {
			granted++
		}
	}
	r.rows, r.names = slices.Grow(r.rows[:0], granted), slices.Grow(r.names[:0], granted*len(s.grants))
	for _, i := range reportOrder {
		if top[i] == None {
			continue
		}
		if !s.restricted(i) {
			r.row(s, i, holding{level: top[i], everything: true})
			continue
		}
		for _, h := range s.holdings(i) {
			r.row(s, i, h)
		}
	}
	return r.rows
}

// row adds the row of one holding.
func (r *reporter) row(s Subject, entity int, h holding) {
	e := &catalog[entity]
	row := Row{
		Category: e.Category, Entity: e.Code, EntityLabel: e.Label,
		Level: h.level, Restrictions: h.values, RestrictionAware: e.RestrictionAware,
	}
	start := len(r.names)
	for _, g := range s.grants {
		if g.access[entity] >= h.level && (!h.everything || !g.narrows(entity)) {
			r.names = append(r.names, g.ID)
			row.Source = cmp.Or(row.Source, g.source[entity])
		}
	}
	row.GrantedBy = r.names[start:len(r.names):len(r.names)]
	r.rows = append(r.rows, row)
}

// holding is a level and how far it reaches.
type holding struct {
	level      Level
	everything bool
	values     []string // where not everything: records with one of these, sorted
}

// restricted reports whether a group narrows what it gives on the entity.
func (s Subject) restricted(entity int) bool {
	for _, g := range s.grants {
		if g.access[entity] > None && g.narrows(entity) {
			return true
		}
	}
	return false
}

// holdings returns the levels held on the entity, highest first, each reaching
// further than the one before (rule 7).
func (s Subject) holdings(entity int) []holding {
	var result []holding
	reached := 0
	for level := Administrate; level > None; level-- {
		h := holding{level: level}
		for _, g := range s.grants {
			if g.access[entity] < level {
				continue
			}
			if !g.narrows(entity) {
				return append(result, holding{level: level, everything: true})
			}
			h.values = append(h.values, g.restrictions...)
		}
		slices.Sort(h.values)
		h.values = slices.Compact(h.values)
		if len(h.values) > reached { // values never become fewer on the way down
			result, reached = append(result, h), len(h.values)
		}
	}
	return result
}

// reportOrder holds the entities' indexes by category, then code.
var reportOrder = orderReport()

func orderReport() []int {
	order := make([]int, EntityCount)
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(catalog[a].Category, catalog[b].Category), cmp.Compare(catalog[a].Code, catalog[b].Code))
	})
	return order
}
