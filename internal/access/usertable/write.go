package usertable

import (
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/access/safecsv"
)

// Row is a user to be written into a table.
type Row struct {
	Name  string            // for error messages, such as users["anna"]
	Cells map[string]string // by column; without a cell, the row says nothing about the column
}

// Write returns a table with the required columns and the columns that any user
// has a cell for. Check, with the same check, reads it back, except for white
// space and invisible characters around cells and the kind of line end within
// them. The error joins one error for every mistake, each with the name of its
// user.
func Write(users []Row, check func(User) string) (string, error) {
	columns := slices.DeleteFunc(slices.Clone(userColumns), func(column string) bool {
		return !slices.Contains(userColumns[:requiredColumns], column) && !slices.ContainsFunc(users, func(u Row) bool { return u.has(column) })
	})
	if err := checkRows(users, columns); err != nil {
		return "", err
	}
	var text strings.Builder
	w := csv.NewWriter(&text)
	_ = w.Write(columns) // a strings.Builder never fails
	lines := make([]int, len(users))
	line, read := 1, 0
	for i, u := range users {
		w.Flush()
		line += strings.Count(text.String()[read:], "\n")
		lines[i], read = line, text.Len()
		_ = w.Write(u.row(columns))
	}
	w.Flush()
	_, err := Check(text.String(), Format{Delimiter: ","}, check)
	if err == nil {
		return text.String(), nil
	}
	return "", ofUsers(err, users, lines)
}

// ofUsers replaces the line in each error with the name of the user on it.
func ofUsers(err error, users []Row, lines []int) error {
	all, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return err
	}
	var named []error
	for _, mistake := range all.Unwrap() {
		var at *LineError
		if errors.As(mistake, &at) {
			i, begins := slices.BinarySearch(lines, at.Line)
			if !begins {
				i-- // a line within the row
			}
			mistake = fmt.Errorf("%s: %s", users[i].Name, at.Text)
		}
		named = append(named, mistake)
	}
	return errors.Join(named...)
}

func (u Row) has(column string) bool {
	_, ok := u.Cells[column]
	return ok
}

func (u Row) row(columns []string) []string {
	cells := make([]string, len(columns))
	for i, column := range columns {
		text := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(u.Cells[column])
		cells[i] = safecsv.Cell(access.TrimBlanks(text))
	}
	return cells
}

// checkRows returns the errors of users that a table cannot contain.
func checkRows(users []Row, columns []string) error {
	var mistakes []error
	fail := func(u Row, format string, args ...any) {
		mistakes = append(mistakes, fmt.Errorf("%s"+format, append([]any{u.Name}, args...)...))
	}
	first := make(map[string]string, len(users)) // names by e-mail, in lower case
	for _, u := range users {
		for _, column := range userColumns[:requiredColumns] {
			switch {
			case !u.has(column):
				fail(u, " has no %s: every user needs one", column)
			case access.TrimBlanks(u.Cells[column]) == "":
				fail(u, ".%s is empty: every user needs one", column)
			}
		}
		key := strings.ToLower(access.TrimBlanks(u.Cells["email"]))
		if other, twice := first[key]; twice && key != "" {
			fail(u, " and %s have the same e-mail address, %s: remove one of them", other, access.TrimBlanks(u.Cells["email"]))
		} else {
			first[key] = u.Name
		}
		if slices.Contains(columns, "groups") && !u.has("groups") {
			fail(u, " has no groups, but other users do: set groups, to [] for a user in no group")
		}
	}
	return errors.Join(mistakes...)
}
