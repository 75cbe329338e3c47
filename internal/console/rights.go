package console

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/review"
)

// draft is what a group grants, in a form.
type draft struct {
	template     string
	own          map[string]access.Level
	restrictions []string
	base         access.Access // of the template
	effective    access.Access
	additional   []string // access controls that stand for no level; they stay
}

// templateBase returns the access of a role template of the platform or of the tenant.
func templateBase(id string, rights access.Rights) access.Access {
	if t, ok := access.TemplateByID(id); ok || id == "" {
		return access.Expand(t.Access, nil)
	}
	return rights.TemplateAccess(id)
}

// draftOf returns what a group grants now: as levels of its own over its role template.
func draftOf(g api.Group, rights access.Rights) draft {
	group := client.AccessGroup(g)
	d := draft{restrictions: g.Restrictions, effective: rights.Access(group), additional: additionalOf(g)}
	if len(g.Templates) > 0 {
		d.template = g.Templates[0]
	} else {
		for _, t := range access.Templates() {
			if access.Attainable(access.Expand(t.Access, nil), rights.Has) == d.effective && d.effective != (access.Access{}) {
				d.template = t.ID
				break
			}
		}
	}
	d.base = templateBase(d.template, rights)
	d.own = access.OverlayOn(d.base, nil, d.effective, d.additional...)
	return d
}

// additionalOf returns the access controls of a group that stand for no level.
func additionalOf(g api.Group) []string {
	return slices.DeleteFunc(slices.Clone(g.AccessControls), func(id string) bool {
		c, ok := access.ControlByID(id)
		return ok && c.Entity != "" && !c.VendorAware
	})
}

// formDraft reads a draft from a form.
func formDraft(form url.Values, additional []string, rights access.Rights) (draft, error) {
	d := draft{template: form.Get("template"), own: map[string]access.Level{}, additional: additional}
	for _, e := range access.Entities() {
		name := form.Get("level." + e.Code)
		if name == "" {
			continue
		}
		level, err := access.Check(e.Code, name)
		if err != nil {
			return d, err
		}
		d.own[e.Code] = level
	}
	for _, value := range form["restriction"] {
		for word := range strings.FieldsFuncSeq(value, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\r' || r == '\t' }) {
			if !slices.Contains(d.restrictions, word) {
				d.restrictions = append(d.restrictions, word)
			}
		}
	}
	d.base = templateBase(d.template, rights)
	d.effective = access.Attainable(access.ExpandOn(d.base, d.own, additional...), rights.Has)
	return d, nil
}

// group returns the group that the draft makes of another.
func (d draft) group(g access.Group) access.Group {
	g.Templates, g.Restrictions = nil, d.restrictions
	g.Controls = append(access.RoleControlIDs(d.template, d.effective), d.additional...)
	return g
}

// arguments are those of iam_group that the draft sets; nil for those that it leaves out.
func (d draft) arguments() map[string]any {
	all := map[string]any{"role_template": nil, "access": nil, "restrictions": nil}
	if d.template != "" {
		all["role_template"] = d.template
	}
	if own := access.OverlayOn(d.base, d.own, d.effective, d.additional...); len(own) > 0 {
		levels := map[string]any{}
		for code, level := range own {
			levels[code] = level.String()
		}
		all["access"] = levels
	}
	if len(d.restrictions) > 0 {
		var values []any
		for _, value := range slices.Sorted(slices.Values(d.restrictions)) {
			values = append(values, value)
		}
		all["restrictions"] = values
	}
	return all
}

// rightsForm is the content of the form for what a group grants.
type rightsForm struct {
	Templates    []choice
	Sections     []rightsSection
	Restrictions []choice
	Other        string // restriction values that the tenant does not have
	Needs        []string
	Own          int
	Write        bool
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
	Needs   bool // an unmet dependency is about it
}

// form returns the form for a draft of a product's levels.
func (d draft) form(product access.Product, templates, values []string) rightsForm {
	f := rightsForm{Own: len(d.own)}
	unmet := map[string]bool{}
	for _, m := range access.MissingDependencies(d.effective) {
		f.Needs = append(f.Needs, m.Text())
		unmet[m.Entity] = true
	}
	f.Templates = append(f.Templates, selected("", "No role template", d.template))
	for _, id := range templates {
		f.Templates = append(f.Templates, selected(id, templateName(id), d.template))
	}
	for _, e := range entitiesOf(product) {
		if n := len(f.Sections); n == 0 || f.Sections[n-1].Category != e.Category {
			f.Sections = append(f.Sections, rightsSection{Category: e.Category})
		}
		last := &f.Sections[len(f.Sections)-1]
		last.Rows = append(last.Rows, d.row(e, unmet[e.Code]))
	}
	for _, value := range values {
		c := choice{Name: value, Label: value}
		if slices.Contains(d.restrictions, value) {
			c.Value = "checked"
		}
		f.Restrictions = append(f.Restrictions, c)
	}
	f.Other = strings.Join(slices.DeleteFunc(slices.Clone(d.restrictions), func(value string) bool { return slices.Contains(values, value) }), " ")
	return f
}

func (d draft) row(e access.Entity, needs bool) rightsRow {
	level := d.effective.Of(e.Code)
	r := rightsRow{Entity: e, Level: level.String(), Needs: needs}
	own, is := d.own[e.Code]
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
	switch base := d.base.Of(e.Code); {
	case is && d.template != "":
		r.Why = "own level, template: " + base.String()
	case is:
		r.Why = "own level"
	case level == base && level != access.None:
		r.Why = "template"
	case level == base:
	case e.Parent != "":
		r.Why = "follows " + e.Parent
	case len(access.TiedEntities(e.Code)) > 0:
		r.Why = "tied to " + strings.Join(access.TiedEntities(e.Code), ", ")
	default:
		r.Why = "access controls"
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

// templatesOf returns the role templates that a group of the product can have.
func templatesOf(product access.Product, rights access.Rights) []string {
	var ids []string
	for _, t := range access.Templates() {
		if slices.Contains(t.Access.Products(), product) {
			ids = append(ids, t.ID)
		}
	}
	for id := range rights.Templates {
		if _, predefined := access.TemplateByID(id); !predefined && slices.Contains(rights.TemplateAccess(id).Products(), product) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// impact is who gains and who loses by a change.
type impact struct {
	Sections []review.ViewSection
	Unread   []string // what could not be read, and is not considered
	Nobody   bool
}

// impact returns who gains and who loses by a change of the tenant.
func (v *visit) impact(change func(*access.Tenant)) (*impact, error) {
	state, err := v.client().State(v.r.Context())
	if err != nil {
		return nil, err
	}
	result := review.Result{}
	for _, c := range access.NewForecast(state).Change(change).Step {
		result.People = append(result.People, review.Person{UserChange: c})
	}
	return &impact{Sections: result.View(review.Options{}).Sections, Unread: state.Unread, Nobody: len(result.People) == 0}, nil
}

// rightsPage is the content of the access rights of a group.
type rightsPage struct {
	groupHead
	Product string
	Form    rightsForm
	Fixed   []reportSection // of a group that the form cannot change
	Why     string          // it cannot
	Changed bool
	Impact  *impact
	Block   Block
}

// handleGroupAccess shows what a group grants. With a form, it shows what would change.
func (v *visit) handleGroupAccess() error {
	head, err := v.groupHead("access")
	if err != nil {
		return err
	}
	rights, err := v.client().Rights(v.r.Context())
	if err != nil {
		return err
	}
	page := rightsPage{groupHead: head}
	if page.Why = fixedWhy(*head.Group); page.Why != "" {
		group := client.AccessGroup(*head.Group)
		rows := access.User{Groups: []access.Group{group}, Rights: rights}.Subject().Report()
		page.Fixed, _ = sectionsOf(rows, map[string]string{group.ID: group.Name})
		return v.show("group-access.html", head.Row.Name, page)
	}
	product := productOf(*head.Group, rights, v.r.URL.Query().Get("product"))
	page.Product = string(product)
	was := draftOf(*head.Group, rights)
	d := was
	if v.r.URL.RawQuery != "" {
		if d, err = formDraft(v.r.URL.Query(), was.additional, rights); err != nil {
			return wrongForm(err)
		}
	}
	if err := v.previewRights(&page, was, d); err != nil {
		return err
	}
	values, err := v.restrictionValues()
	if err != nil {
		return err
	}
	page.Form = d.form(product, templatesOf(product, rights), values)
	page.Form.Write = v.o.Write
	return v.show("group-access.html", head.Row.Name, page)
}

func wrongForm(err error) error {
	return &problem{http.StatusUnprocessableEntity, "The form cannot be read", access.Visible(err.Error()), "Go back, and load the page again."}
}

// fixedWhy says why the form cannot change a group; empty: it can.
func fixedWhy(g api.Group) string {
	switch {
	case g.VendorID != "":
		return "It is a group of a vendor: what it grants is that of a vendor's role, on the vendor's own records."
	case g.UserType == access.Customer:
		return "Its members are customers: levels are for employees."
	}
	return ""
}

// productOf returns the product whose levels a form is about: that of the group, or the one
// that is asked for if the group has none.
func productOf(g api.Group, rights access.Rights, asked string) access.Product {
	if has := rights.Products(client.AccessGroup(g)); len(has) > 0 {
		return has[0]
	}
	if asked == string(access.OrchestrationEngine) {
		return access.OrchestrationEngine
	}
	return access.CommerceEngine
}

// previewRights adds what a draft changes to a page.
func (v *visit) previewRights(page *rightsPage, was, d draft) error {
	slices.Sort(d.restrictions)
	page.Changed = d.effective != was.effective || d.template != was.template || !slices.Equal(slices.Sorted(slices.Values(was.restrictions)), d.restrictions)
	if !page.Changed {
		return nil
	}
	var err error
	if page.Impact, err = v.impact(func(t *access.Tenant) { t.SetGroup(d.group(client.AccessGroup(*page.Group))) }); err != nil {
		return err
	}
	if v.o.Blocks != nil {
		page.Block, err = v.o.Blocks.Changed(v.r.Context(), v.client(), "iam_group", page.Group.ID, d.arguments())
	}
	return err
}

// handleGroupSave saves what a group grants.
func (v *visit) handleGroupSave() error {
	if !v.o.Write {
		return readOnly()
	}
	ctx, c := v.r.Context(), v.client()
	g, err := c.Group(ctx, v.value("id"))
	if err != nil {
		return err
	}
	if why := fixedWhy(*g); why != "" {
		return &problem{http.StatusUnprocessableEntity, "Nothing was changed", why, ""}
	}
	rights, err := c.Rights(ctx)
	if err != nil {
		return err
	}
	if err := v.r.ParseForm(); err != nil {
		return wrongForm(err)
	}
	d, err := formDraft(v.r.PostForm, additionalOf(*g), rights)
	if err != nil {
		return wrongForm(err)
	}
	changed := d.group(client.AccessGroup(*g))
	update := api.GroupUpdate{
		Name: g.Name, Description: g.Description, UserType: g.UserType, AccessControls: changed.Controls, Restrictions: d.restrictions,
		B2B: g.B2B, Mixins: g.Mixins, Metadata: g.Metadata.Expected(),
	}
	if _, err := c.UpdateGroup(ctx, g.ID, update); err != nil {
		if client.IsConflict(err) {
			return &problem{http.StatusConflict, "Nothing was changed", "Someone else has changed the group meanwhile.", "Load the page again, and repeat your change."}
		}
		return err
	}
	return v.done(v.link("groups", g.ID, "access"), "The group is saved.")
}
