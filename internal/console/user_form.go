package console

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// userForm is the content of the form for a new user.
type userForm struct {
	Fields []choice
	Groups []choice
	Filled bool
	Wrong  string
	Exists string // id of the user who has the e-mail address; empty: nobody
	Write  bool
	Impact *impact
	Block  Block
}

// userFields are the fields of the form, by the names of iam_user.
var userFields = []choice{
	{Name: "email", Label: "E-mail address"},
	{Name: "first_name", Label: "First name"},
	{Name: "last_name", Label: "Last name"},
	{Name: "department", Label: "Department"},
	{Name: "preferred_site", Label: "Preferred site"},
	{Name: "preferred_currency", Label: "Currency"},
	{Name: "preferred_language", Label: "Language"},
}

// requiredFields is the number of userFields that a user must have.
const requiredFields = 3

// newUser reads the form of a new user, and the ids of the groups.
func (v *visit) newUser() (page userForm, arguments map[string]any, groups []string, err error) {
	page.Write, arguments = v.o.Write, map[string]any{}
	form, err := v.form()
	if err != nil {
		return page, nil, nil, err
	}
	missing := false
	for i, f := range userFields {
		f.Value = strings.TrimSpace(form.Get(f.Name))
		if f.Value != "" {
			arguments[f.Name], page.Filled = f.Value, true
		}
		missing = missing || i < requiredFields && f.Value == ""
		page.Fields = append(page.Fields, f)
	}
	switch email := page.Fields[0].Value; {
	case page.Filled && missing:
		page.Wrong = "Enter the e-mail address, the first name and the last name."
	case page.Filled && !api.ValidEmail(email):
		page.Wrong = access.Visible(email) + " is not an e-mail address."
	}
	groups = slices.Compact(slices.Sorted(slices.Values(form["group"])))
	if len(groups) > 0 {
		arguments["group_ids"] = anys(groups)
	}
	return page, arguments, groups, nil
}

// anys returns texts as an argument of a block.
func anys(texts []string) []any {
	all := make([]any, len(texts))
	for i, text := range texts {
		all[i] = text
	}
	return all
}

// handleNewUser shows the form for a new user, what the user may do, and the block.
func (v *visit) handleNewUser() error {
	page, arguments, groups, err := v.newUser()
	if err != nil {
		return err
	}
	all, err := v.client().Groups(v.r.Context())
	if err != nil && !client.IsForbidden(err) { // without groups, the form still makes a block
		return err
	}
	page.Groups = memberships(all, groups)
	if page.Filled && page.Wrong == "" {
		if err := v.previewUser(&page, arguments, groups); err != nil {
			return err
		}
	}
	return v.show("user-new.html", "New user", page)
}

// previewUser adds what a new user may do, and the block.
func (v *visit) previewUser(page *userForm, arguments map[string]any, groups []string) error {
	email, name := page.Fields[0].Value, fullName(page.Fields[1].Value, page.Fields[2].Value)
	present, err := v.client().UserByEmail(v.r.Context(), email)
	switch {
	case err == nil:
		page.Exists = present.ID
		return nil
	case !client.IsNotFound(err) && !client.IsForbidden(err):
		return err
	}
	if v.o.Blocks != nil {
		page.Block = v.o.Blocks.New("iam_user", NewObject{name, arguments})[0]
	}
	if len(groups) == 0 {
		return nil
	}
	page.Impact, err = v.impact(func(t *access.Tenant) {
		t.AddUser(access.StateUser{Email: email, Name: name})
		t.SetGroups(access.StateUser{Email: email}, groups)
	})
	if client.IsForbidden(err) { // the block is useful without it
		return nil
	}
	return err
}

// memberships returns the groups that employees can be in, the wanted ones checked.
func memberships(all []api.Group, wanted []string) (choices []choice) {
	for _, g := range all {
		if g.UserType == access.Customer {
			continue
		}
		c := choice{Name: g.ID, Label: groupName(g)}
		if slices.Contains(wanted, g.ID) {
			c.Value = "checked"
		}
		choices = append(choices, c)
	}
	return choices
}

// handleCreateUser invites a user.
func (v *visit) handleCreateUser() error {
	if !v.o.Write {
		return readOnly()
	}
	page, _, groups, err := v.newUser()
	if err != nil {
		return err
	}
	if page.Wrong != "" || !page.Filled {
		return &problem{http.StatusUnprocessableEntity, "Nobody was invited", cmp.Or(page.Wrong, "The form is empty."), "Go back, and correct it."}
	}
	value := func(i int) string { return page.Fields[i].Value }
	sites, err := v.client().Sites(v.r.Context(), false)
	if err != nil {
		return err
	}
	var site api.Site // the default one, as for iam_user
	if i := slices.IndexFunc(sites, func(s api.Site) bool { return s.Default }); i >= 0 {
		site = sites[i]
	}
	id, err := v.client().CreateUser(v.r.Context(), api.UserCreate{
		ContactEmail: value(0), FirstName: value(1), LastName: value(2), Department: cmp.Or(value(3), api.NoDepartment), PreferredSite: cmp.Or(value(4), site.Code),
		PreferredCurrency: cmp.Or(value(5), site.Currency), PreferredLanguage: cmp.Or(value(6), site.DefaultLanguage), GroupIDs: append([]string{}, groups...),
	})
	if client.IsConflict(err) { // the button was pressed twice, for example
		if present, err := v.client().UserByEmail(v.r.Context(), value(0)); err == nil {
			return v.done(v.link("users", present.ID), "The user exists already, and nothing was changed now.")
		}
	}
	if err != nil {
		return err
	}
	return v.done(v.link("users", id), "%s is invited.", value(0))
}

// userGroupsPage is the content of the groups of a user.
type userGroupsPage struct {
	userHead
	Groups  []groupRow
	Choices []choice
	Wanted  []string
	Changed bool
	Write   bool
	Impact  *impact
	Block   Block
}

// handleUserGroups shows the groups of a user. With a form, it shows what other groups would
// change.
func (v *visit) handleUserGroups() error {
	head, err := v.userHead("groups")
	if err != nil {
		return err
	}
	all, err := v.client().Groups(v.r.Context())
	if err != nil {
		return err
	}
	page := userGroupsPage{userHead: head, Write: v.o.Write, Wanted: head.User.GroupIDs}
	if query := v.r.URL.Query(); query.Has("preview") {
		page.Wanted = query["group"]
		page.Changed = !slices.Equal(slices.Sorted(slices.Values(page.Wanted)), slices.Sorted(slices.Values(head.User.GroupIDs)))
	}
	for _, g := range all {
		if slices.Contains(head.User.GroupIDs, g.ID) {
			page.Groups = append(page.Groups, groupRowOf(g))
		}
	}
	page.Choices = memberships(all, page.Wanted)
	if page.Changed {
		if err := v.previewGroups(&page); err != nil {
			return err
		}
	}
	return v.show("user-groups.html", head.Name, page)
}

// previewGroups adds what other groups would change.
func (v *visit) previewGroups(page *userGroupsPage) (err error) {
	page.Impact, err = v.impact(func(t *access.Tenant) { t.SetGroups(access.StateUser{ID: page.User.ID}, page.Wanted) })
	if err != nil || v.o.Blocks == nil {
		return err
	}
	page.Block, err = v.o.Blocks.Changed(v.r.Context(), v.client(), "iam_user_groups", page.User.ID, map[string]any{"group_ids": anys(slices.Sorted(slices.Values(page.Wanted)))})
	return err
}

// handleUserGroupsSave saves the groups of a user.
func (v *visit) handleUserGroupsSave() error {
	if !v.o.Write {
		return readOnly()
	}
	ctx, c := v.r.Context(), v.client()
	u, err := c.User(ctx, v.value("id"))
	if err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	wanted := form["group"]
	err = c.UpdateUser(ctx, u.ID, api.UserUpdate{
		FirstName: u.FirstName, LastName: u.LastName, Department: u.Department, PreferredSite: u.PreferredSite, PreferredCurrency: u.PreferredCurrency,
		PreferredLanguage: u.PreferredLanguage, BackofficeUserNumber: u.BackofficeUserNumber, GroupIDs: append([]string{}, wanted...),
	})
	if err != nil {
		return err
	}
	return v.done(v.link("users", u.ID, "groups"), "The groups are saved.")
}
