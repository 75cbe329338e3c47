package access

import (
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access/safecsv"
)

// WriteReportCSV writes the report of every user of the state, ordered by e-mail, as
// RFC 4180 text: a header row, CRLF line ends, lists separated by spaces. A cell that a
// spreadsheet would run as a formula starts with an apostrophe. The first columns say who
// the user is, with the groups, roles and products; the others are a row of the report. A
// user without access has one line, in which the other columns are empty.
func WriteReportCSV(w io.Writer, s State) error {
	return s.Rights.Compile(s.Groups).WriteReportCSV(w, s.Products, s.ByEmail())
}

// WriteReportCSV writes the report of each user, in their order. It holds only one user's
// rows in memory. The products are those that the tenant has added to its team.
func (c *Compiled) WriteReportCSV(w io.Writer, added []TeamProduct, users iter.Seq[StateUser]) error {
	products := TeamProducts(added)
	t := safecsv.NewWriter(w, slices.Concat(personHeader, rowHeader)...)
	for u, rows := range c.Reports(users) {
		person := c.personCells(u, products)
		for i := range rows {
			t.Cells(person...)
			rows[i].writeTo(t)
			t.EndRow()
		}
		if len(rows) == 0 {
			t.Cells(person...)
			t.Cells(make([]string, len(rowHeader))...)
			t.EndRow()
		}
	}
	return t.End()
}

var (
	personHeader = []string{"email", "user_id", "name", "department", "locked", "groups", "roles", "team_role", "products", "make_roles"}
	rowHeader    = []string{"category", "entity", "entity_label", "level", "restrictions", "restriction_aware", "granted_by", "source", "vendor_id", "scopes"}
)

// personCells returns the cells of personHeader. A product is followed by the role and the
// permissions in it, such as "bot_runner:unattended".
func (c *Compiled) personCells(u StateUser, products []TeamProduct) []string {
	var team TeamMember
	if u.Team != nil {
		team = *u.Team
	}
	var held []string
	for _, h := range team.Role.Holds(products, team.Assigned) {
		parts := slices.Concat([]string{h.Product, h.Role}, h.Permissions)
		held = append(held, strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), ":"))
	}
	return []string{
		u.Email, u.ID, u.Name, u.Department, strconv.FormatBool(u.Locked),
		strings.Join(slices.Sorted(slices.Values(u.GroupIDs)), " "), strings.Join(c.templatesOf(u.GroupIDs), " "),
		string(team.Role), strings.Join(held, " "), strings.Join(c.subjectOf(&u).MakeRoles(), " "),
	}
}

// templatesOf returns the role templates of the groups, each once, sorted.
func (c *Compiled) templatesOf(groups []string) []string {
	var ids []string
	for _, id := range groups {
		ids = append(ids, c.templates[id]...)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (r *Row) writeTo(t *safecsv.Writer) {
	t.Cells(
		r.Category, r.Entity, r.EntityLabel, r.LevelText(), strings.Join(r.Restrictions, " "),
		strconv.FormatBool(r.RestrictionAware), strings.Join(r.GrantedBy, " "), joinSources(r.Sources), r.VendorID, strings.Join(r.Scopes, " "),
	)
}

func joinSources(sources []Source) string {
	if len(sources) == 1 {
		return string(sources[0]) // the usual case
	}
	texts := make([]string, len(sources))
	for i, s := range sources {
		texts[i] = string(s)
	}
	return strings.Join(texts, " ")
}
