package console

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/access/safecsv"
)

// matrixPage is the content of the matrix: who or what has which level on which entity.
type matrixPage struct {
	Kinds, Categories []choice
	Name              string // part of the name of the rows
	Kind              string // what the rows are, for the heading
	CSV               string // address of the table as CSV
	Shown             string
	Unread            []string
	Entities          []access.Entity
	List              *listing
	Rows              []matrixRow
}

// matrixRow is a group, a user or a role template with its levels.
type matrixRow struct {
	Label, At string // At is the path of its page
	People    string // in it; empty for users
	Cells     []matrixCell
}

// matrixCell is what a row has on an entity.
type matrixCell struct {
	Letter string // empty: nothing
	Class  string
	Text   string // for people who do not see colors, and as a title
	At     string // path of the page that says who has it, and why
}

// matrixKinds are what the rows can be.
var matrixKinds = []choice{{Name: "groups", Label: "Groups"}, {Name: "users", Label: "Users"}, {Name: "templates", Label: "Role templates"}}

// matrixSubject is a row before its levels are computed.
type matrixSubject struct {
	label, at, group string
	people           int // -1: it has none
	is               access.Subject
}

// matrix reads the matrix that the address asks for, without rows, and returns what the rows
// are about.
func (v *visit) matrix() (page matrixPage, rows []matrixSubject, err error) {
	asked := v.r.URL.Query()
	state, err := v.state()
	if err != nil {
		return page, nil, err
	}
	page = matrixPage{Name: asked.Get("name"), Unread: state.Unread, List: v.newListing(), CSV: v.link("matrix.csv") + "?" + asked.Encode()}
	kind := asked.Get("rows")
	if !slices.ContainsFunc(matrixKinds, func(k choice) bool { return k.Name == kind }) {
		kind = matrixKinds[0].Name
	}
	for _, k := range matrixKinds {
		if page.Kinds = append(page.Kinds, selected(k.Name, k.Label, kind)); k.Name == kind {
			page.Kind = k.Label
		}
	}
	category := asked.Get("category")
	page.Categories = []choice{selected("", "All categories", category)}
	for _, e := range slices.Concat(entitiesOf(access.CommerceEngine), entitiesOf(access.OrchestrationEngine)) {
		if n := len(page.Categories); page.Categories[n-1].Name != e.Category {
			page.Categories = append(page.Categories, selected(e.Category, e.Category, category))
		}
		if category == "" || e.Category == category {
			page.Entities = append(page.Entities, e)
		}
	}
	rows = matrixSubjects(kind, state)
	if wanted := strings.ToLower(page.Name); wanted != "" {
		rows = slices.DeleteFunc(rows, func(r matrixSubject) bool { return !strings.Contains(strings.ToLower(r.label), wanted) })
	}
	page.Shown = counted(len(rows), strings.ToLower(strings.TrimSuffix(page.Kind, "s")), strings.ToLower(page.Kind)) + " × " + counted(len(page.Entities), "entity", "entities")
	return page, rows, nil
}

// matrixSubjects returns what the rows of a kind are, by name.
func matrixSubjects(kind string, s access.State) (rows []matrixSubject) {
	compiled := s.Rights.Compile(s.Groups)
	switch kind {
	case "users":
		for u := range s.ByEmail() {
			rows = append(rows, matrixSubject{label: cmp.Or(u.Email, u.ID), at: "users/" + url.PathEscape(u.ID) + "/access", people: -1, is: compiled.Subject(u.Locked, u.GroupIDs...)})
		}
		return rows
	case "templates":
		used := map[string]int{}
		for _, g := range s.Groups {
			for _, id := range g.Templates {
				used[id]++
			}
		}
		for _, id := range templateIDs(s.Rights) {
			is := access.User{Groups: []access.Group{{ID: id, Templates: []string{id}}}, Rights: s.Rights}.Subject()
			rows = append(rows, matrixSubject{label: templateName(id), at: "templates/" + url.PathEscape(id), people: used[id], is: is})
		}
		return rows
	}
	people := map[string]int{}
	for _, u := range s.Users {
		for _, id := range u.GroupIDs {
			people[id]++
		}
	}
	for _, g := range s.Groups {
		rows = append(rows, matrixSubject{label: cmp.Or(g.Name, g.ID), at: "groups/" + url.PathEscape(g.ID) + "/access", group: g.ID, people: people[g.ID], is: compiled.Subject(false, g.ID)})
	}
	slices.SortStableFunc(rows, func(a, b matrixSubject) int { return cmp.Compare(strings.ToLower(a.label), strings.ToLower(b.label)) })
	return rows
}

// templateIDs returns the ids of the predefined role templates, then of the tenant's own.
func templateIDs(rights access.Rights) []string {
	var ids, own []string
	for _, t := range access.Templates() {
		ids = append(ids, t.ID)
	}
	for id := range rights.Templates {
		if !slices.Contains(ids, id) {
			own = append(own, id)
		}
	}
	slices.Sort(own)
	return append(ids, own...)
}

// peopleText is the number of people; empty for a person.
func (s matrixSubject) peopleText() string {
	if s.people < 0 {
		return ""
	}
	return strconv.Itoa(s.people)
}

// row computes the levels of a row.
func (s matrixSubject) row(entities []access.Entity) matrixRow {
	r := matrixRow{Label: s.label, At: s.at, People: s.peopleText(), Cells: make([]matrixCell, len(entities))}
	held := map[string][]access.Row{}
	for _, row := range s.is.Report() {
		held[row.Entity] = append(held[row.Entity], row)
	}
	for i, e := range entities {
		r.Cells[i] = s.cell(e, held[e.Code])
	}
	return r
}

// cell shows the first of the rows that a report has for an entity: the highest level on
// the tenant's records or, if there is none, on a vendor's own.
func (s matrixSubject) cell(e access.Entity, held []access.Row) matrixCell {
	if len(held) == 0 {
		return matrixCell{Class: "none", Text: s.label + ": none on " + e.Label}
	}
	var texts []string
	for _, r := range held {
		texts = append(texts, strings.TrimSuffix(r.LevelText()+" for "+cmp.Or(records(r), "every record"), " for every record"))
	}
	first := held[0]
	c := matrixCell{Letter: strings.ToUpper(first.Level.String()[:1]), Class: first.Level.String(), Text: s.label + ": " + strings.Join(texts, "; ") + " on " + e.Label, At: s.at}
	switch {
	case first.VendorID != "":
		c.Letter, c.Class = "V", "part"
	case first.Partly:
		c.Letter, c.Class = "P", "part"
	case len(first.Restrictions) > 0:
		c.Class += " limited"
	}
	if s.group != "" && !first.Partly {
		c.At = "who-can?" + url.Values{"entity": {e.Code}, "level": {first.Level.String()}, "group": {s.group}}.Encode()
	}
	return c
}

// handleMatrix shows the matrix, page by page.
func (v *visit) handleMatrix() error {
	page, rows, err := v.matrix()
	if err != nil {
		return err
	}
	for _, s := range cut(page.List, rows) {
		page.Rows = append(page.Rows, s.row(page.Entities))
	}
	return v.show("matrix.html", "Matrix", page)
}

// handleMatrixCSV sends the whole matrix as CSV.
func (v *visit) handleMatrixCSV() error {
	page, rows, err := v.matrix()
	if err != nil {
		return err
	}
	header := []string{strings.TrimSuffix(strings.ToLower(page.Kind), "s"), "people"}
	for _, e := range page.Entities {
		header = append(header, e.Code)
	}
	v.download("text/csv; charset=utf-8", "matrix.csv")
	w := safecsv.NewWriter(v.w, header...)
	for _, s := range rows {
		w.Cells(s.label, s.peopleText())
		held := map[string][]string{}
		for _, row := range s.is.Report() {
			held[row.Entity] = append(held[row.Entity], strings.TrimSuffix(row.LevelText()+": "+cmp.Or(records(row), "every record"), ": every record"))
		}
		for _, e := range page.Entities {
			w.Cells(strings.Join(held[e.Code], "; "))
		}
		w.EndRow()
	}
	return w.End()
}
