// Package usertable reads, checks, edits and writes lists of users as CSV, in the
// formats that people have (rule 12 of package access). It is only a text format
// and applies no access rules.
package usertable

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/access-config/terraform-provider-iam/internal/access/safecsv"
)

// Table is a list of users as CSV (rule 12).
type Table struct {
	// Columns are the columns of the text, in its order. A missing column says
	// nothing about any user.
	Columns []string
	Users   []User

	index map[string]int // of Users by e-mail address, in lower case
}

// Find returns the user with the e-mail address, whatever its case. It finds users of
// parsed texts only.
func (t Table) Find(email string) (User, bool) {
	i, ok := t.index[strings.ToLower(email)]
	if !ok {
		return User{}, false
	}
	return t.Users[i], true
}

// User is one row of a Table.
type User struct {
	Line              int // line of the text on which the row begins
	Email             string
	FirstName         string
	LastName          string
	Department        string
	PreferredSite     string
	PreferredCurrency string
	PreferredLanguage string
	Locked            bool
	Groups            []string // ids, without duplicates
}

// Columns returns the columns of a Table, the required ones first.
func Columns() []string {
	return slices.Clone(userColumns)
}

var userColumns = []string{
	"email", "first_name", "last_name",
	"department", "preferred_site", "preferred_currency", "preferred_language", "locked", "groups",
}

// requiredColumns is the number of userColumns, from the first, that every table
// must have.
const requiredColumns = 3

// Has reports whether the table has the column.
func (t Table) Has(column string) bool {
	return slices.Contains(t.Columns, column)
}

// LineError is an error on one line of a text.
type LineError struct {
	Line int
	Text string
}

func (e *LineError) Error() string {
	return fmt.Sprintf("line %d: %s", e.Line, e.Text)
}

// Parse reads users in the formats that people have: cells separated by commas,
// semicolons, tabs or |, a line such as sep=; before the header, columns in any
// order and case, a byte order mark, any line ends, quoted cells with line
// breaks, blanks around cells, empty rows. The error joins a LineError for every
// mistake.
//
// Parse accepts everything that a table can contain, such as names that a tenant
// has. For text written by a person use Check, which is stricter.
//
// Do not modify the table: other callers get it as well.
func Parse(text string) (Table, error) {
	t, err := Read(text)
	if err != nil {
		return Table{}, err
	}
	return t.Table(), nil
}

// Check is Parse for a text written by a person, in the given format. It also
// rejects cells that probably do not say what was meant, and users for which
// check returns an error text. check applies rules that this package does not
// know, and returns "" if the user is valid.
func Check(text string, format Format, check func(User) string) (Table, error) {
	p, err := parseUsers(text, format, check)
	if err != nil {
		return Table{}, err
	}
	if format.Columns == nil && format.Ignore == nil && format.Delimiter == "" {
		parsed.remember(&Text{text, p})
	}
	return p.table, nil
}

// Text is a text that was read and can be edited.
type Text struct {
	text string
	p    *userParser
}

// Read is Parse for a text that the caller wants to edit.
func Read(text string) (*Text, error) {
	if known := parsed.find(text); known != nil {
		return known, nil
	}
	p, err := parseUsers(text, Format{}, nil)
	if err != nil {
		return nil, err
	}
	t := &Text{text, p}
	parsed.remember(t)
	return t, nil
}

// parsed has the last texts that were read. A plan, an apply and a review need one or
// two texts, of up to megabytes, many times.
var parsed recentTexts

type recentTexts struct {
	mu    sync.Mutex
	texts [2]*Text // the last one first
}

func (r *recentTexts) find(text string) *Text {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, t := range r.texts {
		if t != nil && t.text == text {
			return t
		}
	}
	return nil
}

func (r *recentTexts) remember(t *Text) {
	if r.find(t.text) != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.texts = [2]*Text{t, r.texts[0]}
}

// Table returns the table in the text.
func (t *Text) Table() Table { return t.p.table }

// CSV returns the table as RFC 4180 text with its columns, or with all columns if
// it has none. Parse reads it back, except for blanks around cells.
func (t Table) CSV() string {
	columns := t.Columns
	if len(columns) == 0 {
		columns = userColumns
	}
	var text strings.Builder
	w := safecsv.NewWriter(&text, columns...)
	for _, u := range t.Users {
		for _, column := range columns {
			w.Cells(u.Cell(column))
		}
		w.EndRow()
	}
	_ = w.End() // a strings.Builder never fails
	return text.String()
}

// Key returns everything the row says about its user as one text, to compare
// rows. The case of the e-mail is ignored.
func (u User) Key() string {
	cells := make([]string, len(userColumns))
	for i, column := range userColumns {
		cells[i] = u.Cell(column)
	}
	cells[0] = strings.ToLower(u.Email)
	return strings.Join(cells, "\x00")
}

// Cell returns the text of a column, as CSV writes it.
func (u User) Cell(column string) string {
	switch column {
	case "email":
		return u.Email
	case "first_name":
		return u.FirstName
	case "last_name":
		return u.LastName
	case "department":
		return u.Department
	case "preferred_site":
		return u.PreferredSite
	case "preferred_currency":
		return u.PreferredCurrency
	case "preferred_language":
		return u.PreferredLanguage
	case "locked":
		if u.Locked {
			return "true"
		}
		return "false"
	}
	return strings.Join(u.Groups, " ")
}
