package access

import (
	"cmp"
	"encoding/csv"
	"slices"
	"strings"
)

// Source says what gave a group its level on an entity.
type Source string

// The sources, as they stand in a report.
const (
	FromTemplate Source = "template"   // a role template the group refers to
	FromGroup    Source = "access"     // the group's own levels
	Derived      Source = "derived"    // the parent entity (rule 2b)
	Correlated   Source = "correlated" // a tied entity (rule 2a)
)

// Group is what the evaluation of a user needs to know of a group.
type Group struct {
	ID string
	// Templates are the role templates the group refers to.
	Templates []Access
	// Controls are the ids of the access controls the group carries itself.
	Controls []string
	// Withheld are the codes of entities the group names with no access.
	Withheld []string
}

// Access returns the group's access (rules 2 and 6).
func (g Group) Access() Access {
	ids := slices.Clone(g.Controls)
	for _, t := range g.Templates {
		ids = append(ids, ControlIDs(t)...)
	}
	return FromControls(ids, g.Withheld)
}

// User is whose access is evaluated.
type User struct {
	Locked bool
	Groups []Group
}

// Access returns the user's access (rule 4).
func (u User) Access() Access {
	var a Access
	if u.Locked {
		return a
	}
	for _, g := range u.Groups {
		a = Merge(a, g.Access())
	}
	return a
}

// Row is one line of the permissions report: a level that a user holds on an
// entity.
type Row struct {
	Category         string
	Entity           string
	EntityLabel      string
	Level            Level
	RestrictionAware bool
	GrantedBy        []string // ids of the groups that give the level, sorted
	Source           Source   // in the first of those groups
}

// Report returns a row for each entity the user has access to, ordered by
// category and then entity code.
func Report(u User) []Row {
	if u.Locked {
		return []Row{} // rule 4
	}
	rows := []Row{}
	groups := weigh(u.Groups)
	for i, e := range catalog {
		row := Row{Category: e.Category, Entity: e.Code, EntityLabel: e.Label, RestrictionAware: e.RestrictionAware}
		for _, g := range groups {
			row.Level = max(row.Level, g.access[i]) // rule 4
		}
		if row.Level == None {
			continue
		}
		for _, g := range groups {
			if g.access[i] == row.Level {
				row.GrantedBy = append(row.GrantedBy, g.ID)
				row.Source = cmp.Or(row.Source, g.source(i))
			}
		}
		rows = append(rows, row)
	}
	slices.SortStableFunc(rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(a.Category, b.Category), cmp.Compare(a.Entity, b.Entity))
	})
	return rows
}

// weighed is a group with its access, evaluated once for all rows.
type weighed struct {
	Group
	access Access // with everything that follows
	direct Access // of the group's own controls alone
}

// weigh evaluates the groups, in the order of their ids.
func weigh(groups []Group) []weighed {
	all := make([]weighed, len(groups))
	for i, g := range groups {
		all[i] = weighed{Group: g, access: g.Access(), direct: direct(g.Controls)}
	}
	slices.SortFunc(all, func(a, b weighed) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// source says what gave the group its level on the entity.
func (g weighed) source(entity int) Source {
	level := g.access[entity]
	if parent := parentOf[entity]; parent >= 0 && g.access[parent] == level {
		return Derived
	}
	if g.direct[entity] == level {
		return FromGroup
	}
	for _, t := range g.Templates {
		if t[entity] == level {
			return FromTemplate
		}
	}
	return Correlated
}

// ReportCSV writes the rows as RFC 4180 text: a header row, CRLF line ends,
// lists separated by spaces. A cell that a spreadsheet would run as a formula
// starts with an apostrophe.
func ReportCSV(rows []Row) string {
	var text strings.Builder
	w := csv.NewWriter(&text)
	w.UseCRLF = true
	write := func(cells ...string) {
		for i, cell := range cells {
			cells[i] = defuse(cell)
		}
		_ = w.Write(cells) // a strings.Builder never fails
	}
	write("category", "entity", "entity_label", "level", "restrictions", "restriction_aware", "granted_by", "source")
	for _, r := range rows {
		aware := "false"
		if r.RestrictionAware {
			aware = "true"
		}
		write(r.Category, r.Entity, r.EntityLabel, r.Level.String(), "", aware, strings.Join(r.GrantedBy, " "), string(r.Source))
	}
	w.Flush()
	return text.String()
}

// defuse keeps spreadsheets from running a cell as a formula.
func defuse(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
