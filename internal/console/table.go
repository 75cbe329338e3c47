package console

import "strings"

// tablePage is the content of a page that is a table, or several.
type tablePage struct {
	Title, Intro string
	Notice       string
	Facts        []fact // about all of it
	Actions      []action
	Links        []choice // Label, and the address in By
	Tables       []table
	List         *listing // of the first table; nil: it has one page
	Search       string   // what the search finds; empty: there is none
}

// fact is a word and its value.
type fact struct {
	Label string
	Value cell
}

// action is a button that changes something that belongs to no configuration.
type action struct{ Name, Label string }

// table is rows under columns.
type table struct {
	Title   string
	Columns []string
	Rows    []row
	Empty   string
}

// row is the cells of an object, the first of which names it.
type row struct {
	Cells []cell
	Block string // address of its configuration; empty: it has none
}

// cell is a text, or several as tags.
type cell struct {
	Text  string
	Link  string
	Tags  []string
	Tone  string // of the tags
	Small string // after the text
}

// text returns a cell with a text.
func text(s string) cell { return cell{Text: s} }

// tags returns a cell with texts, each on its own.
func tags(all []string) cell { return cell{Tags: all} }

// yes returns a cell that has a word or nothing.
func yes(is bool, word string) cell {
	if is {
		return cell{Tags: []string{word}}
	}
	return cell{}
}

// block returns the address of an object's configuration; empty: there is none.
func (v *visit) block(kind, id string) string {
	if v.o.Blocks == nil {
		return ""
	}
	return v.link("terraform", kind, id)
}

// showTable shows a page that is a table. Its rows are searched and paged here.
func (v *visit) showTable(p tablePage) error {
	if p.Search != "" {
		p.List = v.newListing()
		wanted := strings.ToLower(p.List.Filter("q"))
		var found []row
		for _, r := range p.Tables[0].Rows {
			if wanted == "" || r.has(wanted) {
				found = append(found, r)
			}
		}
		if wanted != "" {
			p.Tables[0].Empty = "Nothing matches the search."
		}
		p.Tables[0].Rows = cut(p.List, found)
	}
	return v.show("table.html", p.Title, p)
}

// has reports whether a cell of the row has the text, in lower case.
func (r row) has(wanted string) bool {
	for _, c := range r.Cells {
		if strings.Contains(strings.ToLower(c.Text+" "+c.Small+" "+strings.Join(c.Tags, " ")), wanted) {
			return true
		}
	}
	return false
}

// terraformKinds are the types that the configuration of an object can be asked for.
func terraformKinds() []string {
	return []string{
		"iam_user", "iam_user_groups", "iam_group", "iam_group_members", "iam_vendor", "iam_site", "iam_restriction", "iam_restriction_settings", "iam_role_template",
		"iam_access_control", "iam_scope", "iam_team_member", "iam_team_owner", "iam_product", "iam_product_assignment", "iam_make_organization", "iam_company_domains",
	}
}
