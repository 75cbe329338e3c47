package console

import (
	"slices"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

// navGroup is a heading of the navigation with its sections.
type navGroup struct {
	Title string
	Items []navItem
}

// navItem is a section. Its path is below the tenant's.
type navItem struct {
	Title, Path string
	Here        bool
	Needs       []string // scopes, of which one shows the section
}

// sections are those of the navigation. Each has a page.
func sections() []navGroup {
	return []navGroup{
		{"People", []navItem{
			{Title: "Users", Path: "users", Needs: []string{api.ScopeUserRead}},
			{Title: "Groups", Path: "groups", Needs: []string{api.ScopeGroupRead, api.ScopeGroupReadOwn}},
			{Title: "Invitations", Path: "invitations", Needs: []string{api.ScopeUserRead, api.ScopeTeamRead, api.ScopeTeamManage}},
		}},
		{"Access", []navItem{
			{Title: "Matrix", Path: "matrix", Needs: []string{api.ScopeUserRead}},
			{Title: "Access holders", Path: "who-can", Needs: []string{api.ScopeUserRead}},
			{Title: "Role templates", Path: "templates", Needs: []string{api.ScopeTemplateRead}},
			{Title: "Access controls", Path: "access-controls", Needs: []string{api.ScopeAccessRead, api.ScopeScopeRead}},
		}},
		{"Scope", []navItem{
			{Title: "Restrictions", Path: "restrictions", Needs: []string{api.ScopeSettingRead}},
			{Title: "Sites", Path: "sites", Needs: []string{api.ScopeSiteRead, api.ScopeSiteManage}},
			{Title: "Vendors", Path: "vendors", Needs: []string{api.ScopeVendorRead, api.ScopeVendorManage}},
		}},
		{"Products", []navItem{
			{Title: "Team", Path: "team", Needs: []string{api.ScopeTeamRead, api.ScopeTeamManage}},
			{Title: "Orchestration and Make", Path: "make", Needs: []string{api.ScopeMakeRead, api.ScopeMakeManage}},
		}},
		{"Assurance", []navItem{
			{Title: "Review of a plan", Path: "review", Needs: []string{api.ScopeUserRead}},
			{Title: "Findings", Path: "findings", Needs: []string{api.ScopeUserRead}},
			{Title: "Audit events", Path: "audit", Needs: []string{api.ScopeAuditRead}},
		}},
		{"You", []navItem{
			{Title: "Your access", Path: "me"},
		}},
	}
}

// nav returns the sections that the person may read something of, and marks that of the visit.
func (v *visit) nav() []navGroup {
	all := sections()
	for i := range all {
		g := &all[i]
		g.Items = slices.DeleteFunc(g.Items, func(item navItem) bool { return !v.opens(item) })
		for j := range g.Items {
			g.Items[j].Here = g.Items[j].Path == v.section
		}
	}
	return slices.DeleteFunc(all, func(g navGroup) bool { return len(g.Items) == 0 })
}

// opens reports whether the person may read something of a section.
func (v *visit) opens(item navItem) bool {
	return item.Needs == nil || v.session.holds(item.Needs...)
}

// may reports whether the person may read something of the section with the path. The API decides
// about the rest.
func (v *visit) may(path string) bool {
	for _, g := range sections() {
		for _, item := range g.Items {
			if item.Path == path {
				return v.opens(item)
			}
		}
	}
	return true
}
