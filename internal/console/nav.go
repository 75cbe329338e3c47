package console

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

// sections are those of the navigation. Each has a page.
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

// nav returns the sections, and marks that of the visit.
func (v *visit) nav() []navGroup {
	all := sections()
	for _, g := range all {
		for i := range g.Items {
			g.Items[i].Here = g.Items[i].Path == v.section
		}
	}
	return all
}
