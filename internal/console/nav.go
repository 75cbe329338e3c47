package console

import "slices"

// navGroup is a heading of the navigation with its sections.
type navGroup struct {
	Title string
	Items []navItem
}

// navItem is a section. Its path is below the tenant's.
type navItem struct {
	Title, Path string
	Here        bool
}

// sections are all that the navigation can have.
func sections() []navGroup {
	return []navGroup{
		{"People", []navItem{{Title: "Users", Path: "users"}, {Title: "Groups", Path: "groups"}, {Title: "Invitations", Path: "invitations"}}},
		{"Access", []navItem{{Title: "Matrix", Path: "matrix"}, {Title: "Access holders", Path: "who-can"}, {Title: "Role templates", Path: "templates"}, {Title: "Access controls", Path: "access-controls"}}},
		{"Scope", []navItem{{Title: "Restrictions", Path: "restrictions"}, {Title: "Sites", Path: "sites"}, {Title: "Vendors", Path: "vendors"}}},
		{"Products", []navItem{{Title: "Team", Path: "team"}, {Title: "Orchestration and Make", Path: "make"}}},
		{"Assurance", []navItem{{Title: "Review of a plan", Path: "review"}, {Title: "Findings", Path: "findings"}, {Title: "Audit events", Path: "audit"}}},
		{"You", []navItem{{Title: "Your access", Path: "me"}}},
	}
}

// nav returns the sections that have pages, and marks that of the visit.
func (v *visit) nav() []navGroup {
	var shown []navGroup
	for _, g := range sections() {
		g.Items = slices.DeleteFunc(g.Items, func(i navItem) bool {
			return !slices.ContainsFunc(routes(), func(r route) bool { return r.pattern == "GET "+i.Path })
		})
		for i := range g.Items {
			g.Items[i].Here = g.Items[i].Path == v.section
		}
		if len(g.Items) > 0 {
			shown = append(shown, g)
		}
	}
	return shown
}
