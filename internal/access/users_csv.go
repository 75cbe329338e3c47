package access

import (
	"fmt"
	"slices"
	"strings"
)

// UserTable is a list of users as CSV (rule 12).
type UserTable struct {
	// Columns are those the text has, in its order. What is not among them is
	// not said about any user.
	Columns []string
	Users   []CSVUser
}

// CSVUser is one row of a UserTable.
type CSVUser struct {
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

// UserColumns returns the columns of a UserTable, the required ones first.
func UserColumns() []string {
	return slices.Clone(userColumns)
}

var userColumns = []string{
	"email", "first_name", "last_name",
	"department", "preferred_site", "preferred_currency", "preferred_language", "locked", "groups",
}

// requiredColumns is how many of userColumns no table may lack.
const requiredColumns = 3

// Has reports whether the table has the column.
func (t UserTable) Has(column string) bool {
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

// ParseUsersCSV reads users as people have them: cells separated by commas,
// semicolons, tabs or |, a line such as sep=; before the header, columns in any
// order and case, a byte order mark, any line ends, quoted cells with line
// breaks, blanks around cells, empty rows. The error joins a LineError for every
// mistake.
//
// It reads whatever a table can hold, such as names that a tenant has. What
// somebody writes is read by CheckUsersCSV, which refuses more.
func ParseUsersCSV(text string) (UserTable, error) {
	t, err := ReadUsersCSV(text)
	if err != nil {
		return UserTable{}, err
	}
	return t.Table(), nil
}

// CheckUsersCSV is ParseUsersCSV for a text that somebody wrote, in the given
// format: it refuses cells that most likely say something else than was meant,
// and what the check, which knows more than the rules of access, says is wrong
// with a user. The check returns "" for nothing.
func CheckUsersCSV(text string, format UsersFormat, check func(CSVUser) string) (UserTable, error) {
	p, err := parseUsers(text, format, check)
	if err != nil {
		return UserTable{}, err
	}
	return p.table, nil
}

// UsersText is a text that was read, to be written again with changes.
type UsersText struct {
	text string
	p    *userParser
}

// ReadUsersCSV is ParseUsersCSV for a text that is to be changed.
func ReadUsersCSV(text string) (*UsersText, error) {
	p, err := parseUsers(text, UsersFormat{}, nil)
	if err != nil {
		return nil, err
	}
	return &UsersText{text, p}, nil
}

// Table returns what the text says.
func (t *UsersText) Table() UserTable { return t.p.table }

// CSV writes the table as RFC 4180 text with its columns, all of them where it
// has none. ParseUsersCSV reads it back, except blanks around cells.
func (t UserTable) CSV() string {
	columns := t.Columns
	if len(columns) == 0 {
		columns = userColumns
	}
	var text strings.Builder
	w := newTable(&text, columns...)
	for _, u := range t.Users {
		for _, column := range columns {
			w.cells(u.cell(column))
		}
		w.endRow()
	}
	_ = w.end() // a strings.Builder never fails
	return text.String()
}

// Says returns all that the row says of its user, as a text to be compared with
// that of other rows.
func (u CSVUser) Says() string {
	cells := make([]string, len(userColumns))
	for i, column := range userColumns {
		cells[i] = u.cell(column)
	}
	cells[0] = strings.ToLower(u.Email)
	return strings.Join(cells, "\x00")
}

func (u CSVUser) cell(column string) string {
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
