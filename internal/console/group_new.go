package console

import (
	"cmp"
	"crypto/rand"
	"net/http"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// newGroupPage is the content of the form for a new group.
type newGroupPage struct {
	Name, ID, Description string
	NewID                 string // the group's if it is created without one: one form creates one group
	Products              []choice
	Form                  rightsForm
	Block                 Block
	Filled                bool
}

// newGroup reads the form of a new group.
func (v *visit) newGroup() (page newGroupPage, d draft, err error) {
	form, err := v.form()
	if err != nil {
		return page, d, err
	}
	rights, err := v.client().Rights(v.r.Context())
	if err != nil {
		return page, d, err
	}
	if d, err = formDraft(form, access.Group{}, rights); err != nil {
		return page, d, wrongForm(err)
	}
	product := access.CommerceEngine
	if form.Get("product") == string(access.OrchestrationEngine) {
		product = access.OrchestrationEngine
	}
	if !d.selectable(product) { // of the other product, which was selected before
		form.Del("template")
		if d, err = formDraft(form, access.Group{}, rights); err != nil {
			return page, d, wrongForm(err)
		}
	}
	page = newGroupPage{Name: strings.TrimSpace(form.Get("name")), ID: strings.TrimSpace(form.Get("id")), Description: strings.TrimSpace(form.Get("description"))}
	page.NewID = cmp.Or(form.Get("new_id"), strings.ToLower(rand.Text()))
	for _, p := range access.AllProducts() {
		page.Products = append(page.Products, selected(string(p), p.Label(), string(product)))
	}
	values, err := v.restrictionValues()
	if err != nil {
		return page, d, err
	}
	page.Form = d.form(product, values)
	page.Form.Write = v.o.Write
	return page, d, nil
}

// handleNewGroup shows the form for a new group, and the block that it makes.
func (v *visit) handleNewGroup() error {
	page, d, err := v.newGroup()
	if err != nil {
		return err
	}
	if page.Filled = page.Name != ""; page.Filled && v.o.Blocks != nil {
		arguments := map[string]any{"name": map[string]any{"en": page.Name}}
		for name, value := range d.arguments() {
			if value != nil {
				arguments[name] = value
			}
		}
		if page.ID != "" {
			arguments["id"] = page.ID
		}
		if page.Description != "" {
			arguments["description"] = map[string]any{"en": page.Description}
		}
		page.Block = v.o.Blocks.New("iam_group", NewObject{page.Name, arguments})[0]
	}
	return v.show("group-new.html", "New group", page)
}

// handleCreateGroup creates a group.
func (v *visit) handleCreateGroup() error {
	if !v.o.Write {
		return readOnly()
	}
	page, d, err := v.newGroup()
	if err != nil {
		return err
	}
	if page.Name == "" {
		return &problem{http.StatusUnprocessableEntity, "Nothing was created", "A group needs a name.", "Go back, and enter one."}
	}
	body := api.GroupCreate{ID: cmp.Or(page.ID, page.NewID), Name: api.Text{"en": page.Name}, UserType: access.Employee, AccessControls: d.group.Controls, Templates: d.group.Templates, Restrictions: d.group.Restrictions}
	if page.Description != "" {
		body.Description = api.Text{"en": page.Description}
	}
	ctx, c := v.r.Context(), v.client()
	id, err := c.CreateGroup(ctx, body)
	if client.IsConflict(err) && page.ID == "" { // the form was sent before
		present, err := c.Group(ctx, page.NewID)
		if err != nil {
			return err
		}
		if present.Name["en"] == page.Name {
			return v.done(v.link("groups", present.ID), "This form has created the group before, and nothing was changed now.")
		}
		body.ID = "" // another group
		if id, err = c.CreateGroup(ctx, body); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	return v.done(v.link("groups", id), "The group is created.")
}

// readOnly refuses a form of a console that saves none.
func readOnly() error {
	return &problem{http.StatusForbidden, "Nothing was changed", "This console does not save forms.", "Copy the block into your configuration, or start the console with --write."}
}
