package console

import (
	"cmp"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

func templateRoutes() []route {
	return []route{
		{"GET templates", "templates", (*visit).handleTemplates},
		{"GET templates/{id}", "templates", (*visit).handleTemplate},
	}
}

// templatesPage is the content of the role templates.
type templatesPage struct {
	Rows   []templateRow
	Tables []levelTable
	Needs  []need
	Unread bool // the rights do not include the tenant's own access controls
}

// templateRow is a role template.
type templateRow struct {
	ID, Name, Kind, Product string
	Entities, Groups        int
	Own                     bool
	gives                   access.Access
}

// levelTable is the levels of role templates on the entities of a product.
type levelTable struct {
	Product   string
	Templates []templateRow
	Sections  []levelSection
}

// levelSection is the entities of a category.
type levelSection struct {
	Category string
	Rows     []levelRow
}

// levelRow is an entity with a level for each template.
type levelRow struct {
	access.Entity
	Levels []string
	Change string // of the second to the first
}

// need is what managing an entity also needs.
type need struct {
	Entity, With, Note string
	Read, Manage       []string // labels of entities
}

// roleTemplates reads the role templates, and the groups.
func (v *visit) roleTemplates() (rows []templateRow, rights access.Rights, groups []api.Group, err error) {
	ctx, c := v.r.Context(), v.client()
	list, err := c.Templates(ctx)
	if err != nil {
		return nil, rights, nil, err
	}
	if rights, err = c.Rights(ctx); err != nil && !client.IsForbidden(err) {
		return nil, rights, nil, err
	}
	if groups, err = c.Groups(ctx); err != nil {
		return nil, rights, nil, err
	}
	for _, id := range templateIDs(rights) {
		rows = append(rows, templateRowOf(id, list, rights, groups))
	}
	return rows, rights, groups, nil
}

func templateRowOf(id string, list []api.Template, rights access.Rights, groups []api.Group) templateRow {
	row := templateRow{ID: id, Name: templateName(id), Kind: "Template", gives: rights.TemplateAccess(id)}
	t, predefined := access.TemplateByID(id)
	switch {
	case !predefined:
		row.Own, row.Kind = true, "Your own"
		if i := slices.IndexFunc(list, func(t api.Template) bool { return t.ID == id }); i >= 0 {
			row.Name = cmp.Or(anyText(list[i].Name), id)
		}
	case t.Kind == access.StandardRole:
		row.Kind = "Standard"
	}
	var products []string
	for _, p := range row.gives.Products() {
		products = append(products, p.Label())
	}
	row.Product, row.Entities = strings.Join(products, ", "), len(row.gives.Map())
	for _, g := range groups {
		if slices.Contains(g.Templates, id) {
			row.Groups++
		}
	}
	return row
}

// levelTableOf returns the levels of templates on the entities of a product: those that one
// of them has access to.
func levelTableOf(p access.Product, templates []templateRow) levelTable {
	table := levelTable{Product: p.Label(), Templates: templates}
	for _, e := range entitiesOf(p) {
		if !slices.ContainsFunc(templates, func(t templateRow) bool { return t.gives.Of(e.Code) > access.None }) {
			continue
		}
		if n := len(table.Sections); n == 0 || table.Sections[n-1].Category != e.Category {
			table.Sections = append(table.Sections, levelSection{Category: e.Category})
		}
		row := levelRow{Entity: e}
		for _, t := range templates {
			row.Levels = append(row.Levels, t.gives.Of(e.Code).String())
		}
		last := &table.Sections[len(table.Sections)-1]
		last.Rows = append(last.Rows, row)
	}
	return table
}

// handleTemplates shows all role templates, and what managing needs.
func (v *visit) handleTemplates() error {
	rows, rights, _, err := v.roleTemplates()
	if err != nil {
		return err
	}
	page := templatesPage{Rows: rows, Unread: rights.Available == nil}
	for _, p := range access.AllProducts() {
		of := slices.DeleteFunc(slices.Clone(rows), func(t templateRow) bool { return !slices.Contains(t.gives.Products(), p) })
		page.Tables = append(page.Tables, levelTableOf(p, of))
	}
	for _, d := range access.Dependencies() {
		n := need{Entity: entityLabel(d.Entity), Note: d.Note}
		var with []string
		for _, code := range d.With {
			with = append(with, entityLabel(code))
		}
		n.With = access.Enumerate("and", with)
		for _, needed := range d.Needs {
			if needed.Level >= access.Manage {
				n.Manage = append(n.Manage, entityLabel(needed.Entity))
			} else {
				n.Read = append(n.Read, entityLabel(needed.Entity))
			}
		}
		page.Needs = append(page.Needs, n)
	}
	return v.show("templates.html", "Role templates", page)
}

// entityLabel is the name of an entity for people.
func entityLabel(code string) string {
	if e, ok := access.EntityByCode(code); ok {
		return e.Label
	}
	return code
}

// templatePage is the content of a role template.
type templatePage struct {
	templateRow
	BasedOn     string // name of another template
	Others      []choice
	With        *templateRow // that it is compared with; nil: none
	Differences int
	Tables      []levelTable
	Groups      []groupLink
	Missing     []string
	Blocks      []shownBlock
}

// handleTemplate shows a role template, beside another if one is asked for.
func (v *visit) handleTemplate() error {
	rows, _, groups, err := v.roleTemplates()
	if err != nil {
		return err
	}
	at := slices.IndexFunc(rows, func(t templateRow) bool { return t.ID == v.value("id") })
	if at < 0 {
		return &client.NotFoundError{What: "role template " + v.value("id")}
	}
	page := templatePage{templateRow: rows[at]}
	page.compare(rows, v.r.URL.Query().Get("with"))
	for _, g := range groups {
		if slices.Contains(g.Templates, page.ID) {
			page.Groups = append(page.Groups, groupLink{g.ID, groupName(g)})
		}
	}
	for _, m := range access.MissingDependencies(page.gives) {
		page.Missing = append(page.Missing, m.Text())
	}
	if !page.Own {
		return v.show("template.html", page.Name, page)
	}
	t, err := v.client().Template(v.r.Context(), page.ID)
	switch {
	case err == nil:
		if i := slices.IndexFunc(rows, func(r templateRow) bool { return r.ID == t.BasedOn }); i >= 0 {
			page.BasedOn = rows[i].Name
		}
	case !client.IsUnsupported(err):
		return err
	}
	if v.o.Blocks != nil {
		if page.Blocks, err = v.blocks(managedAs{"iam_role_template", page.ID, "the role template"}); err != nil {
			return err
		}
	}
	return v.show("template.html", page.Name, page)
}

// compare fills in the levels, beside those of the other template.
func (p *templatePage) compare(rows []templateRow, with string) {
	shown := []templateRow{p.templateRow}
	p.Others = []choice{selected("", "No comparison", with)}
	for i, r := range rows {
		if r.ID == p.ID {
			continue
		}
		p.Others = append(p.Others, selected(r.ID, r.Name, with))
		if r.ID == with {
			p.With, shown = &rows[i], append(shown, r)
		}
	}
	for _, product := range access.AllProducts() {
		if slices.ContainsFunc(shown, func(t templateRow) bool { return slices.Contains(t.gives.Products(), product) }) {
			p.Tables = append(p.Tables, levelTableOf(product, shown))
		}
	}
	if p.With == nil {
		return
	}
	changes := changeWords(p.gives, p.With.gives)
	p.Differences = len(changes)
	for _, table := range p.Tables {
		for _, section := range table.Sections {
			for i := range section.Rows {
				section.Rows[i].Change = changes[section.Rows[i].Code]
			}
		}
	}
}

// changeWords says how the second access differs from the first, by entity.
func changeWords(first, second access.Access) map[string]string {
	words := map[string]string{}
	c, err := access.CompareLevels(first.Names(), second.Names())
	if err != nil {
		panic(err) // the names are those of levels
	}
	for word, of := range map[string]map[string]string{"gained": c.Gained, "lost": c.Lost, "raised": c.Raised, "lowered": c.Lowered} {
		for code := range of {
			words[code] = word
		}
	}
	return words
}
