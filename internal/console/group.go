package console

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

func groupRoutes() []route {
	return []route{
		{"GET groups", "groups", (*visit).handleGroups},
		{"GET groups/{id}", "groups", (*visit).handleGroup},
		{"GET groups/new", "groups", (*visit).handleNewGroup},
		{"POST groups/new", "groups", (*visit).handleCreateGroup},
		{"GET groups/{id}/access", "groups", (*visit).handleGroupAccess},
		{"POST groups/{id}/access", "groups", (*visit).handleGroupSave},
		{"GET groups/{id}/restrictions", "groups", (*visit).handleGroupRestrictions},
		{"GET groups/{id}/members", "groups", (*visit).handleGroupMembers},
		{"GET groups/{id}/terraform", "groups", (*visit).handleGroupTerraform},
		{"GET groups/{id}/history", "groups", (*visit).handleGroupHistory},
	}
}

// groupRow is a group in a list.
type groupRow struct {
	ID, Name, Code, Type, Product, Vendor string
	Templates                             []string // names
	Restrictions                          []string
	Predefined                            bool
}

func groupRowOf(g api.Group) groupRow {
	row := groupRow{
		ID: g.ID, Name: groupName(g), Code: g.Code, Type: typeText(g.UserType), Product: productText(g), Vendor: g.VendorID, Restrictions: g.Restrictions, Predefined: predefinedGroup(g),
	}
	for _, id := range g.Templates {
		row.Templates = append(row.Templates, templateName(id))
	}
	return row
}

func groupName(g api.Group) string { return cmp.Or(client.AccessGroup(g).Name, g.ID) }

// typeText names who the members of a group are.
func typeText(t access.UserType) string {
	if t == access.Customer {
		return "Customers"
	}
	return "Employees"
}

// productText names the product that a group grants something of.
func productText(g api.Group) string {
	var labels []string
	for _, p := range (access.Rights{}).Products(client.AccessGroup(g)) {
		labels = append(labels, p.Label())
	}
	return strings.Join(labels, ", ")
}

// templateName is the name of a role template, or its id.
func templateName(id string) string {
	for _, t := range access.Templates() {
		if t.ID == id {
			return t.Label
		}
	}
	return id
}

// groupsPage is the content of the list of groups.
type groupsPage struct {
	List  *listing
	Count string
	Name  choice // the column
	Rows  []groupRow
	Empty string
}

// handleGroups shows the groups, page by page.
func (v *visit) handleGroups() error {
	list := v.newListing("name")
	where := url.Values{}
	if name := list.Filter("name"); name != "" {
		where.Set("q", "name:~("+strings.NewReplacer("(", " ", ")", " ").Replace(name)+")")
	}
	rows, total, err := v.client().GroupPage(v.r.Context(), list.page(where))
	if err != nil {
		return err
	}
	list.got(len(rows), total)
	page := groupsPage{List: list, Count: counted(total, "group", "groups"), Name: choice{Label: "Name", Value: list.Filter("name"), Aria: list.Aria("name"), By: list.By("name")}, Empty: "There are no groups yet."}
	if list.Filtered() {
		page.Empty = "No group has such a name."
	}
	for _, g := range rows {
		page.Rows = append(page.Rows, groupRowOf(g))
	}
	return v.show("groups.html", "Groups", page)
}

// groupHead is what all pages of a group begin with.
type groupHead struct {
	Group *api.Group
	Row   groupRow
	Tabs  []tab
}

var groupParts = []part{{"", "General"}, {"access", "Access rights"}, {"restrictions", "Restrictions"}, {"members", "Members"}, {"terraform", "Terraform"}, {"history", "History"}}

// groupHead reads the group of the path.
func (v *visit) groupHead(here string) (groupHead, error) {
	g, err := v.client().Group(v.r.Context(), v.value("id"))
	if err != nil {
		return groupHead{}, err
	}
	return groupHead{Group: g, Row: groupRowOf(*g), Tabs: v.tabs(here, groupParts, "groups", g.ID)}, nil
}

// groupPage is the content of the general part of a group.
type groupPage struct {
	groupHead
	Description string
	Modified    string
	Stale       []string // restriction values that the tenant does not have
	Controls    int
}

// handleGroup shows a group.
func (v *visit) handleGroup() error {
	head, err := v.groupHead("")
	if err != nil {
		return err
	}
	page := groupPage{groupHead: head, Description: anyText(head.Group.Description), Controls: len(head.Group.AccessControls)}
	if m := head.Group.Metadata; m != nil {
		page.Modified = moment(m.ModifiedAt)
	}
	if len(head.Group.Restrictions) > 0 {
		known, err := v.restrictionValues()
		if err != nil {
			return err
		}
		for _, value := range head.Group.Restrictions {
			if known != nil && !slices.Contains(known, value) {
				page.Stale = append(page.Stale, value)
			}
		}
	}
	return v.show("group.html", head.Row.Name, page)
}

func anyText(t api.Text) string {
	if text := t["en"]; text != "" {
		return text
	}
	for _, text := range t {
		return text
	}
	return ""
}

// restrictionValues returns the values that groups can be limited to; nil: not known.
func (v *visit) restrictionValues() ([]string, error) {
	s, err := v.client().Setting(v.r.Context(), api.SettingRestrictions)
	switch {
	case client.IsForbidden(err):
		return nil, nil
	case client.IsNotFound(err):
		return []string{}, nil
	case err != nil:
		return nil, err
	}
	values := []string{}
	if err := json.Unmarshal(s.Value, &values); err != nil {
		return nil, &problem{http.StatusBadGateway, "The restrictions cannot be read", "The tenant's setting restrictions is not a list of texts.", "Set it again, for example with iam_restriction_settings."}
	}
	return values, nil
}

// membersPage is the content of the members of a group.
type membersPage struct {
	groupHead
	List *listing
	Rows []memberRow
}

type memberRow struct {
	ID, Name, Email string
	Customer        bool
}

// handleGroupMembers shows the members of a group, page by page.
func (v *visit) handleGroupMembers() error {
	head, err := v.groupHead("members")
	if err != nil {
		return err
	}
	all, err := v.client().Members(v.r.Context(), head.Group.ID)
	if err != nil {
		return err
	}
	page := membersPage{groupHead: head, List: v.newListing()}
	for _, m := range cut(page.List, all) {
		row := memberRow{ID: m.UserID, Name: m.UserID, Customer: m.UserType == access.Customer}
		if !row.Customer {
			u, err := v.client().User(v.r.Context(), m.UserID)
			switch {
			case err == nil:
				row.Name, row.Email = cmp.Or(fullName(u.FirstName, u.LastName), u.ID), u.ContactEmail
			case !client.IsNotFound(err) && !client.IsForbidden(err):
				return err
			}
		}
		page.Rows = append(page.Rows, row)
	}
	return v.show("group-members.html", head.Row.Name, page)
}

// handleGroupTerraform shows a group as configuration.
func (v *visit) handleGroupTerraform() error {
	head, err := v.groupHead("terraform")
	if err != nil {
		return err
	}
	as := []managedAs{{"iam_group", head.Group.ID, "the group and what it grants"}}
	if head.Group.UserType != access.Customer {
		as = append(as, managedAs{"iam_group_members", head.Group.ID, "all members of the group"})
	}
	blocks, err := v.blocks(as...)
	if err != nil {
		return err
	}
	return v.show("group-terraform.html", head.Row.Name, terraformPage{head, blocks})
}

// handleGroupHistory shows who changed a group.
func (v *visit) handleGroupHistory() error {
	head, err := v.groupHead("history")
	if err != nil {
		return err
	}
	page, err := v.history(head.Group.ID)
	page.Head = head
	if err != nil {
		return err
	}
	return v.show("group-history.html", head.Row.Name, page)
}
