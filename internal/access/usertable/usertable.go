// Package usertable reads, checks, changes and writes lists of users as CSV, as
// people have them (rule 12 of package access). It is a text format, and knows no
// rule of access.
package usertable

import (
	"fmt"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access/safecsv"
)

// Table is a list of users as CSV (rule 12).
type Table struct {
	// Columns are those the text has, in its order. What is not among them is
	// not said about any user.
	Columns []string
	Users   []User
}

// User is one row of a Table.
type User struct {
	Line              int // of the text, where the row begins
	Email             string
	FirstName         string
	LastName          string
	Department        string
	PreferredSite     string
	PreferredCurrency string
	PreferredLanguage string
	Locked            bool
	Groups            []string // ids, each once
}

// Columns returns the columns of a Table, the required ones first.
func Columns() []string {
	return slices.Clone(userColumns)
}

var userColumns = []string{
	"email", "first_name", "last_name",
	"department", "preferred_site", "preferred_currency", "preferred_language", "locked", "groups",
}

// requiredColumns is how many of userColumns no table may lack.
const requiredColumns = 3

// Has reports whether the table has the column.
func (t Table) Has(column string) bool {
	return slices.Contains(t.Columns, column)
}

// LineError is a mistake on one line of a text.
type LineError struct {
	Line int
	Text string
}

func (e *LineError) Error() string {
	return fmt.Sprintf("line %d: %s", e.Line, e.Text)
}

// Parse reads users as people have them: cells separated by commas,
// semicolons, tabs or |, a line such as sep=; before the header, columns in any
// order and case, a byte order mark, any line ends, quoted cells with line
// breaks, blanks around cells, empty rows. The error joins a LineError for every
// mistake.
//
// It reads whatever a table can hold, such as names that a tenant has. What
// somebody writes is read by Check, which refuses more.
func Parse(text string) (Table, error) {
	t, err := Read(text)
	if err != nil {
		return Table{}, err
	}
	return t.Table(), nil
}

// Check is Parse for a text that somebody wrote, in the given
// format: it refuses cells that most likely say something else than was meant,
// and what the check, which knows more than the rules of access, says is wrong
// with a user. The check returns "" for nothing.
func Check(text string, format Format, check func(User) string) (Table, error) {
	p, err := parseUsers(text, format, check)
	if err != nil {
		return Table{}, err
	}
	return p.table, nil
}

// Text is a text that was read, to be written again with changes.
type Text struct {
	text string
	p    *userParser
}

// Read is Parse for a text that is to be changed.
func Read(text string) (*Text, error) {
	p, err := parseUsers(text, Format{}, nil)
	if err != nil {
		return nil, err
	}
	return &Text{text, p}, nil
}

// Table returns what the text says.
func (t *Text) Table() Table { return t.p.table }

// CSV writes the table as RFC 4180 text with its columns, all of them where it
// has none. Parse reads it back, except blanks around cells.
func (t Table) CSV() string {
	columns := t.Columns
	if len(columns) == 0 {
		columns = userColumns
	}
	var text strings.Builder
	w := safecsv.NewWriter(&text, columns...)
	for _, u := range t.Users {
		for _, column := range columns {
			w.Cells(u.cell(column))
		}
		w.EndRow()
	}
	_ = w.End() // a strings.Builder never fails
	return text.String()
}

// Says returns all that the row says of its user, as a text to be compared with
// that of other rows.
func (u User) Says() string {
	cells := make([]string, len(userColumns))
	for i, column := range userColumns {
		cells[i] = u.cell(column)
	}
	cells[0] = strings.ToLower(u.Email)
	return strings.Join(cells, "\x00")
}

func (u User) cell(column string) string {
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
