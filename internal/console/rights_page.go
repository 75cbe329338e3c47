package console

import (
	"net/http"
	"slices"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// rightsPage is the content of the access rights of a group.
type rightsPage struct {
	groupHead
	Products []choice // of a group that has none
	Product  string
	Form     rightsForm
	Fixed    []reportSection // of a group that the form cannot change
	Why      string          // it cannot
	Changed  bool
	Impact   *impact
	Block    Block
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
	page, group := rightsPage{groupHead: head}, client.AccessGroup(*head.Group)
	if page.Why = fixedWhy(*head.Group); page.Why != "" {
		rows := access.User{Groups: []access.Group{group}, Rights: rights}.Subject().Report()
		page.Fixed, _ = sectionsOf(rows, map[string]string{group.ID: group.Name})
		return v.show("group-access.html", head.Row.Name, page)
	}
	asked := v.r.URL.Query()
	product := page.choose(rights.Products(group), asked.Get("product"))
	was := draftOf(rights.Design(group), group, rights)
	d := was
	if v.r.URL.RawQuery != "" {
		if d, err = formDraft(asked, group, rights); err != nil {
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
	page.Form = d.form(product, values)
	page.Form.Write = v.o.Write
	return v.show("group-access.html", head.Row.Name, page)
}

// choose returns the product whose levels the form is about: that of the group, or the one
// that is asked for if the group has none.
func (p *rightsPage) choose(has []access.Product, asked string) access.Product {
	product := access.CommerceEngine
	if len(has) > 0 {
		product = has[0]
	} else {
		if asked == string(access.OrchestrationEngine) {
			product = access.OrchestrationEngine
		}
		for _, each := range access.AllProducts() {
			p.Products = append(p.Products, selected(string(each), each.Label(), string(product)))
		}
	}
	p.Product = string(product)
	return product
}

func wrongForm(err error) error {
	return &problem{http.StatusUnprocessableEntity, "The form cannot be read", access.Visible(err.Error()), "Go back, and load the page again."}
}

// fixedWhy says why the form cannot change a group; empty: it can.
func fixedWhy(g api.Group) string {
	switch {
	case predefinedGroup(g):
		return "It is predefined: its members can change, what it grants cannot."
	case g.UserType == access.Customer:
		return "Its members are customers: levels are for employees."
	case len((access.Rights{}).Products(client.AccessGroup(g))) > 1:
		return "It grants access to two products. Move what belongs to one of them to a second group."
	}
	return ""
}

// predefinedGroup reports whether every tenant has the group.
func predefinedGroup(g api.Group) bool {
	return g.Code != "" || slices.ContainsFunc(access.PredefinedGroups(), func(p access.PredefinedGroup) bool { return p.ID == g.ID })
}

// previewRights adds what a draft changes to a page.
func (v *visit) previewRights(page *rightsPage, was, d draft) error {
	same := func(a, b []string) bool {
		return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
	}
	page.Changed = d.levels != was.levels || d.Template != was.Template || !same(was.group.Restrictions, d.group.Restrictions) || !same(was.group.Controls, d.group.Controls)
	if !page.Changed {
		return nil
	}
	var err error
	if page.Impact, err = v.impact(func(t *access.Tenant) { t.SetGroup(d.group) }); err != nil {
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
	form, err := v.form()
	if err != nil {
		return err
	}
	d, err := formDraft(form, client.AccessGroup(*g), rights)
	if err != nil {
		return wrongForm(err)
	}
	update := api.GroupUpdate{
		Name: g.Name, Description: g.Description, UserType: g.UserType, AccessControls: d.group.Controls, Templates: d.group.Templates, Restrictions: d.group.Restrictions,
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
