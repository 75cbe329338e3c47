package access

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Source is where a group's level on an entity comes from.
type Source string

// The sources, by the names that reports use.
const (
	FromTemplate Source = "template"       // a role template the group refers to
	FromGroup    Source = "access"         // the group's own levels
	FromControl  Source = "access_control" // custom access controls, or predefined ones that do not make up a full level
	Derived      Source = "derived"        // the parent entity (rule 2b)
	Correlated   Source = "correlated"     // a tied entity (rule 2a)
)

// Row is one line of the permissions report: a level that a user holds on an
// entity, in full or in part, with the records it reaches; or scopes that belong
// to no entity.
type Row struct {
	Category    string
	Entity      string // empty for scopes of no entity
	EntityLabel string
	Level       Level
	// Partly means that only some of the level's scopes are held: those in Scopes.
	Partly           bool
	Restrictions     []string // records with one of these values, sorted; empty for every record
	RestrictionAware bool
	VendorID         string   // records of this vendor only; empty for all
	GrantedBy        []string // ids of the groups that grant the level on these records, sorted
	Source           Source   // in the first of those groups
	Sources          []Source // in each of those groups
	Scopes           []string // those of a partial level, or those of no entity; sorted
}

// LevelText returns the level as reports show it. A part of a level is marked
// "partly".
func (r Row) LevelText() string {
	switch {
	case r.Entity == "":
		return ""
	case r.Partly:
		return "partly " + r.Level.String()
	}
	return r.Level.String()
}

// Report returns what the user may do: for each entity the highest level, each
// lower level that reaches further (rule 7), then the levels held in part. Rows
// are ordered by category, then entity code, then level, highest first; the rows
// of a vendor's own records follow the other rows of the entity. Scopes of no
// entity come last.
func Report(u User) []Row {
	return u.Subject().Report()
}

// Report returns the user's report; see the function Report.
func (s Subject) Report() []Row {
	var r reporter
	return r.report(s)
}

// reporter builds reports. A report is valid until the next one is built.
type reporter struct {
	rows    []Row
	names   []string // backing array of every row's GrantedBy
	sources []Source // backing array of every row's Sources
}

func (r *reporter) report(s Subject) []Row {
	if len(s.grants) == 0 {
		return nil
	}
	granted, views := 0, s.views()
	for i := range views {
		granted += views[i].granted()
	}
	r.rows, r.names = slices.Grow(r.rows[:0], granted), slices.Grow(r.names[:0], granted*len(s.grants))
	r.sources = slices.Grow(r.sources[:0], granted*len(s.grants))
	for _, entity := range reportOrder {
		for i := range views {
			if a, ok := views[i].area(entity); ok {
				least, _ := areas[entity].held(views[0].wide)
				if !a.vendor {
					least = None
				}
				r.entity(s, &views[i], a, least)
			}
		}
	}
	if slices.ContainsFunc(s.grants, func(g *grant) bool { return len(g.othersIn) > 0 }) {
		for i := range views {
			r.others(s, views[i].vendorID)
		}
	}
	return r.rows
}

// granted returns the number of entities on which anything is held.
func (v *view) granted() (n int) {
	all := v.any()
	for i := range catalog {
		if a, ok := v.area(i); ok && all.intersects(a.all) {
			n++
		}
	}
	return n
}

// entity adds the rows of one entity: full levels, highest first, then parts. It
// omits what least, held on every record, already includes.
func (r *reporter) entity(s Subject, v *view, a *area, least Level) {
	top, part := a.held(v.wide)
	restricted := v.narrows(a)
	reached := 0
	for level := Administrate; restricted && level > max(top, least); level-- {
		values := v.valuesWith(func(s slots) bool { held, _ := a.held(s); return held >= level })
		if len(values) > reached { // a lower level is never held on fewer values
			reached = len(values)
			r.row(s, v, a, Row{Level: level, Restrictions: values})
		}
	}
	if top > least {
		r.row(s, v, a, Row{Level: top})
	}
	for level := Administrate; restricted && level > max(top, part, least); level-- {
		values := v.valuesWith(func(s slots) bool { _, some := a.held(s); return some == level })
		if len(values) > 0 {
			r.row(s, v, a, Row{Level: level, Partly: true, Restrictions: values})
		}
	}
	if part > least {
		r.row(s, v, a, Row{Level: part, Partly: true})
	}
}

// narrows reports whether anything in the area is held only on some records.
func (v *view) narrows(a *area) bool {
	return slices.ContainsFunc(v.narrow, func(s slots) bool { return s.without(v.wide).intersects(a.all) })
}

// valuesWith returns the values on whose records enough is held.
func (v *view) valuesWith(enough func(slots) bool) []string {
	var values []string
	for i, value := range v.values {
		if enough(v.narrow[i]) {
			values = append(values, value)
		}
	}
	return values
}

// beyond returns what is held in the area beyond the full level, on every record or
// on records with any of the values. Each value counts on its own: no record
// carries two, so parts on different values never make up a level.
func (v *view) beyond(a *area, values []string) slots {
	if len(values) == 0 {
		return a.beyond(v.wide)
	}
	var all slots
	for i, value := range v.values {
		if slices.Contains(values, value) {
			all = all.or(a.beyond(v.narrow[i]))
		}
	}
	return all
}

// row completes a row with the groups and sources that grant it, and appends it.
func (r *reporter) row(s Subject, v *view, a *area, row Row) {
	e := &catalog[a.entity]
	row.Category, row.Entity, row.EntityLabel = e.Category, e.Code, e.Label
	row.RestrictionAware, row.VendorID = e.RestrictionAware, v.vendorID
	start, n := len(r.names), needed{a: a, row: &row, slots: a.complete[row.Level]}
	if row.Partly {
		beyond := v.beyond(a, row.Restrictions)
		row.Scopes, n.slots = beyond.scopes(), a.first[row.Level].and(beyond)
	}
	for _, g := range s.grants {
		if s.gives(v, g, n) {
			r.names, r.sources = append(r.names, g.ID), append(r.sources, g.sourceIn(a, &row))
		}
	}
	row.GrantedBy, row.Sources = r.names[start:len(r.names):len(r.names)], r.sources[start:len(r.sources):len(r.sources)]
	row.Source = row.Sources[0] // at least one group grants what is held
	r.rows = append(r.rows, row)
}

// sourceIn returns the source of the row's level in the group. A part of a level
// comes from single access controls, and a level on a vendor's records from those
// of the vendor's group.
func (g *grant) sourceIn(a *area, row *Row) Source {
	if a.vendor || row.Partly || g.access[a.entity] < row.Level {
		return FromControl
	}
	return g.source[a.entity]
}

// needed is what a group must grant to be listed in a row: the level or, for a
// part of a level, any of the slots.
type needed struct {
	a     *area
	row   *Row
	slots slots
}

// gives reports whether the group grants what the row says, on records with at
// least one of its values.
func (s Subject) gives(v *view, g *grant, n needed) bool {
	if len(n.row.Restrictions) == 0 {
		return s.givesOn(v, g, n, nil)
	}
	return slices.ContainsFunc(n.row.Restrictions, func(value string) bool { return s.givesOn(v, g, n, &value) })
}

// givesOn is gives for records that carry the restriction value, or none if it is
// nil: the group grants the level on its own or, if no group does, grants one of
// its scopes.
func (s Subject) givesOn(v *view, g *grant, n needed, restriction *string) bool {
	if !v.has(g) {
		return false
	}
	alone := func(g *grant) bool {
		complete, _ := n.a.held(g.slots(restriction))
		return !n.row.Partly && v.has(g) && complete >= n.row.Level
	}
	return alone(g) || g.slots(restriction).intersects(n.slots) && !slices.ContainsFunc(s.grants, alone)
}

// others adds rows for the scopes of no entity, those for every record first.
func (r *reporter) others(s Subject, vendorID string) {
	wide := map[string][]*grant{}
	for _, g := range s.grants {
		for _, o := range g.othersWide {
			if o.vendorID == vendorID && !slices.Contains(wide[o.scope], g) {
				wide[o.scope] = append(wide[o.scope], g)
			}
		}
	}
	rows := map[string]*Row{} // by values and groups
	add := func(scope string, values []string, groups []*grant) {
		var ids []string
		for _, g := range groups {
			ids = append(ids, g.ID)
		}
		key := strings.Join(values, " ") + "|" + strings.Join(ids, " ")
		if rows[key] == nil {
			rows[key] = &Row{
				Category: "Scopes", Restrictions: values, RestrictionAware: len(values) > 0, VendorID: vendorID, GrantedBy: ids,
				Source: FromControl, Sources: slices.Repeat([]Source{FromControl}, len(ids)),
			}
		}
		rows[key].Scopes = append(rows[key].Scopes, scope)
	}
	for _, scope := range slices.Sorted(maps.Keys(wide)) {
		add(scope, nil, wide[scope])
	}
	for _, g := range s.grants {
		for _, o := range g.othersIn {
			if o.vendorID == vendorID && wide[o.scope] == nil {
				add(o.scope, g.restrictions, []*grant{g})
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(rows)) {
		r.rows = append(r.rows, *rows[key])
	}
}

// reportOrder holds the indexes of the entities, ordered by category, then code.
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
