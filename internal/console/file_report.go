package console

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// reportFile is the content of the report of all employees as a file. People with the same
// access share one description of it.
type reportFile struct {
	People   []reportPerson
	Kinds    []reportKind
	Unread   []string // what the report lacks
	None     int      // people without access
	Restrict int      // people who are limited to some records
}

// reportPerson is a row of the list of people.
type reportPerson struct {
	Label, Name, Department string
	State                   string // such as Locked; empty: nothing is special
	Team                    string // the role in the team, and the products
	Kind                    string // id of the access; empty: none
	Groups                  string
}

// reportKind is what all people with the same groups may do.
type reportKind struct {
	ID     string
	Groups []string
	People int
	Rows   []access.Row
	Make   []string
}

// WriteReport writes what every employee may do as a file of its own. If redact is set,
// people are numbered instead of named, and have no department.
func WriteReport(w io.Writer, tenant string, s access.State, redact bool) error {
	content := newReportFile(s, redact)
	f := file{Title: "What people may do", Crumbs: "tenant " + access.Visible(tenant), Search: "Find a person, entity, level or site", Personal: !redact, Content: content}
	return f.write(w, "file-report")
}

func newReportFile(s access.State, redact bool) reportFile {
	content := reportFile{Unread: s.Unread}
	names := groupNamesOf(s.Groups)
	kinds := map[string]int{} // index in Kinds, by the groups
	compiled, products := s.Rights.Compile(s.Groups), access.TeamProducts(s.Products)
	number := 0
	for u, rows := range compiled.Reports(s.ByEmail()) {
		number++
		person := reportPerson{Label: access.Visible(cmp.Or(u.Email, u.ID)), Name: access.Visible(u.Name), Department: access.Visible(u.Department), Team: access.Visible(teamText(u.Team, products))}
		if redact {
			person.Label, person.Name, person.Department = "user "+strconv.Itoa(number), "", ""
		}
		if u.Locked {
			person.State = "Locked"
		}
		groups := groupNames(u, names)
		person.Groups = strings.Join(groups, ", ")
		makeRoles := compiled.Subject(u.Locked, u.GroupIDs...).MakeRoles()
		if len(rows) == 0 && len(makeRoles) == 0 {
			content.None++
		} else {
			key := fmt.Sprintf("%q", slices.Sorted(slices.Values(u.GroupIDs)))
			i, known := kinds[key]
			if !known {
				i = len(content.Kinds)
				kinds[key] = i
				content.Kinds = append(content.Kinds, reportKind{ID: "a" + strconv.Itoa(i+1), Groups: groups, Rows: joinedRows(rows), Make: makeRoles})
			}
			content.Kinds[i].People++
			person.Kind = content.Kinds[i].ID
			if slices.ContainsFunc(rows, func(r access.Row) bool { return len(r.Restrictions) > 0 }) {
				content.Restrict++
			}
		}
		content.People = append(content.People, person)
	}
	return content
}

// groupNames returns the names of a user's groups, sorted.
func groupNames(u access.StateUser, names map[string]string) []string {
	var groups []string
	for _, id := range u.GroupIDs {
		groups = append(groups, access.Visible(cmp.Or(names[id], id)))
	}
	slices.Sort(groups)
	return groups
}

// joinedRows returns a copy of rows, which are valid until the next report only. Entities of a
// category on which the same groups give the same level, on the same records, share a row.
func joinedRows(rows []access.Row) []access.Row {
	var joined []access.Row
	for _, r := range rows {
		i := slices.IndexFunc(joined, func(j access.Row) bool {
			return r.Entity != "" && j.Entity != "" && j.Category == r.Category && j.LevelText() == r.LevelText() && j.VendorID == r.VendorID &&
				slices.Equal(j.Restrictions, r.Restrictions) && slices.Equal(j.GrantedBy, r.GrantedBy) && slices.Equal(j.Scopes, r.Scopes)
		})
		if i >= 0 {
			joined[i].EntityLabel += ", " + r.EntityLabel
			continue
		}
		r.GrantedBy, r.Sources = slices.Clone(r.GrantedBy), nil
		joined = append(joined, r)
	}
	return joined
}

// teamText is the role in the team and the products of a member; empty: no member.
func teamText(m *access.TeamMember, products []access.TeamProduct) string {
	if m == nil {
		return ""
	}
	text := roleLabel(m.Role)
	for _, held := range m.Role.Holds(products, m.Assigned) {
		text += ", " + held.Product
		if held.Role != "" {
			text += " (" + held.Role + ")"
		}
	}
	return text
}

// records names the records of a row; empty: all.
func records(r access.Row) string {
	var parts []string
	if r.VendorID != "" {
		parts = append(parts, "vendor "+r.VendorID)
	}
	return access.Visible(strings.Join(append(parts, r.Restrictions...), ", "))
}

// visible and visibles make characters visible that a page would hide.
func visible(text string) string { return access.Visible(text) }

func visibles(all []string) string { return access.Visible(strings.Join(all, ", ")) }
