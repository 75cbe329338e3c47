package console

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/review"
)

// draft is what a group grants, in a form.
type draft struct {
	access.Design
	group  access.Group // as it becomes
	levels access.Access
	rights access.Rights
}

// draftOf returns the draft that makes a design of a group.
func draftOf(d access.Design, g access.Group, rights access.Rights) draft {
	made := draft{Design: d, group: rights.Apply(d, g), rights: rights}
	made.levels = rights.Access(made.group)
	if d.Template == access.VendorRole {
		made.levels = rights.VendorAccess(made.group)
	}
	return made
}

// formDraft reads what the form makes of a group.
func formDraft(form url.Values, g access.Group, rights access.Rights) (draft, error) {
	d := access.Design{Template: form.Get("template"), Own: map[string]access.Level{}, Additional: rights.Design(g).Additional}
	if d.Template == access.VendorRole && g.VendorID == "" {
		return draft{}, fmt.Errorf("only a group of a vendor can have the role %s", d.Template)
	}
	read := func(entity, name string) error {
		level, err := access.Check(entity, name)
		if err == nil {
			d.Own[entity] = level
		}
		return err
	}
	for _, e := range access.Entities() {
		if name := form.Get("level." + e.Code); name != "" {
			if err := read(e.Code, name); err != nil {
				return draft{}, err
			}
		}
	}
	for needs := range strings.SplitSeq(form.Get("need"), " ") {
		if entity, level, found := strings.Cut(needs, ":"); found {
			if err := read(entity, level); err != nil {
				return draft{}, err
			}
		}
	}
	g.Restrictions = nil
	for _, value := range form["restriction"] {
		for word := range strings.FieldsFuncSeq(value, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\r' || r == '\t' }) {
			if !slices.Contains(g.Restrictions, word) {
				g.Restrictions = append(g.Restrictions, word)
			}
		}
	}
	slices.Sort(g.Restrictions)
	return draftOf(d, g, rights), nil
}

// arguments are those of iam_group that the draft sets; nil for those that it leaves out.
func (d draft) arguments() map[string]any {
	all := map[string]any{"role_template": nil, "access": nil, "restrictions": nil}
	if d.Template != "" {
		all["role_template"] = d.Template
	}
	levels := map[string]any{}
	for code, level := range d.Own {
		levels[code] = level.String()
	}
	if len(levels) > 0 {
		all["access"] = levels
	}
	var values, additional []any
	for _, value := range d.group.Restrictions {
		values = append(values, value)
	}
	for _, id := range d.Additional {
		additional = append(additional, id)
	}
	if len(values) > 0 {
		all["restrictions"] = values
	}
	if len(additional) > 0 {
		all["access_control_ids"] = additional
	}
	return all
}

// rightsForm is the content of the form for what a group grants.
type rightsForm struct {
	Templates    []choices
	Sections     []rightsSection
	Restrictions []choice
	Other        string // restriction values that the tenant does not have
	Needs        []unmetNeed
	Own          int
	Write        bool
}

// choices are options under a heading.
type choices struct {
	Label   string // empty: they stand alone
	Options []choice
}

// unmetNeed is an unmet dependency.
type unmetNeed struct {
	Text string
	Add  string // levels that meet it, as entity:level
	Many bool
}

// rightsSection is the entities of a category.
type rightsSection struct {
	Category string
	Rows     []rightsRow
}

// rightsRow is an entity in the form.
type rightsRow struct {
	access.Entity
	Level   string
	Why     string
	Options []choice
	Needs   string // what managing it also needs and the group lacks
}

// form returns the form for a draft of a product's levels.
func (d draft) form(product access.Product, values []string) rightsForm {
	f := rightsForm{Own: len(d.Own), Templates: d.templates(product)}
	unmet := map[string][]string{}
	if d.Template != access.VendorRole {
		for _, m := range access.MissingDependencies(d.levels) {
			n := unmetNeed{Text: m.Text()}
			for _, needed := range m.Needs {
				unmet[m.Entity] = append(unmet[m.Entity], entityLabel(needed.Entity)+": "+needed.Level.String())
				n.Add = strings.TrimSpace(n.Add + " " + needed.Entity + ":" + needed.Level.String())
			}
			n.Many = len(m.Needs) > 1
			f.Needs = append(f.Needs, n)
		}
	}
	for _, e := range entitiesOf(product) {
		if d.Template == access.VendorRole && !slices.Contains(access.VendorEntities(), e.Code) {
			continue
		}
		if n := len(f.Sections); n == 0 || f.Sections[n-1].Category != e.Category {
			f.Sections = append(f.Sections, rightsSection{Category: e.Category})
		}
		last := &f.Sections[len(f.Sections)-1]
		last.Rows = append(last.Rows, d.row(e, unmet[e.Code]))
	}
	for _, value := range values {
		c := choice{Name: value, Label: value}
		if slices.Contains(d.group.Restrictions, value) {
			c.Value = "checked"
		}
		f.Restrictions = append(f.Restrictions, c)
	}
	f.Other = strings.Join(slices.DeleteFunc(slices.Clone(d.group.Restrictions), func(value string) bool { return slices.Contains(values, value) }), " ")
	return f
}

func (d draft) row(e access.Entity, needs []string) rightsRow {
	r := rightsRow{Entity: e, Level: d.levels.Of(e.Code).String(), Needs: strings.Join(needs, ", ")}
	own, is := d.Own[e.Code]
	auto := choice{Label: "auto", Value: "checked"}
	if is {
		auto.Value = ""
	}
	r.Options = append(r.Options, auto)
	for _, l := range e.Product.Levels() {
		c := choice{Name: l.String(), Label: l.String()}
		if is && l == own {
			c.Value = "checked"
		}
		r.Options = append(r.Options, c)
	}
	source, follows := d.rights.SourceOf(d.Design, e.Code)
	switch {
	case source == access.FromGroup && d.Template != "" && d.Template != access.VendorRole:
		r.Why = "own level, template: " + d.rights.Base(d.Design).Of(e.Code).String()
	case source == access.Derived:
		r.Why = "follows " + strings.ToLower(entityLabel(follows))
	case source == access.Correlated:
		r.Why = "tied to " + strings.ToLower(entityLabel(follows))
	default:
		r.Why = sourceTexts[source]
	}
	return r
}

// entitiesOf returns the entities of a product by category, in the catalog's order.
func entitiesOf(product access.Product) []access.Entity {
	var categories []string
	all := slices.DeleteFunc(access.Entities(), func(e access.Entity) bool { return e.Product != product })
	for _, e := range all {
		if !slices.Contains(categories, e.Category) {
			categories = append(categories, e.Category)
		}
	}
	slices.SortStableFunc(all, func(a, b access.Entity) int {
		return cmp.Compare(slices.Index(categories, a.Category), slices.Index(categories, b.Category))
	})
	return all
}

// templates returns the role templates that the group can have, by kind.
func (d draft) templates(product access.Product) []choices {
	none := choices{Options: []choice{selected("", "No role template", d.Template)}}
	standard, trade, own := choices{Label: "Standard"}, choices{Label: "Templates"}, choices{Label: "Your own"}
	for _, id := range templateIDs(d.rights) {
		c := selected(id, templateName(id), d.Template)
		t, predefined := access.TemplateByID(id)
		switch {
		case !slices.Contains(d.rights.TemplateAccess(id).Products(), product):
		case !predefined:
			own.Options = append(own.Options, c)
		case t.Kind == access.StandardRole:
			standard.Options = append(standard.Options, c)
		default:
			trade.Options = append(trade.Options, c)
		}
	}
	all := []choices{none, standard, trade, own}
	if d.group.VendorID != "" {
		all = append(all, choices{Label: "Vendor", Options: []choice{selected(access.VendorRole, "Vendor: on its own records", d.Template)}})
	}
	return slices.DeleteFunc(all, func(c choices) bool { return len(c.Options) == 0 })
}

// selectable reports whether the draft's role template is one that the form offers.
func (d draft) selectable(product access.Product) bool {
	return slices.ContainsFunc(d.templates(product), func(group choices) bool {
		return slices.ContainsFunc(group.Options, func(c choice) bool { return c.Value != "" })
	})
}

// impact is who gains and who loses by a change.
type impact struct {
	Sections []review.ViewSection
	Unread   []string // what could not be read, and is not considered
	Nobody   bool
}

// impact returns who gains and who loses by a change of the tenant.
func (v *visit) impact(change func(*access.Tenant)) (*impact, error) {
	state, err := v.state()
	if err != nil {
		return nil, err
	}
	result := review.Result{}
	for _, c := range access.NewForecast(state).Change(change).Step {
		result.People = append(result.People, review.Person{UserChange: c})
	}
	return &impact{Sections: result.View(review.Options{}).Sections, Unread: state.Unread, Nobody: len(result.People) == 0}, nil
}
