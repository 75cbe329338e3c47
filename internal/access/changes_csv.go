package access

import (
	"io"
	"strings"
)

// WriteChangesCSV writes what became of users as ReportCSV writes a report: a
// row per change, and one without a change for a user to whom something else
// happened.
func WriteChangesCSV(w io.Writer, users []UserChange) error {
	t := newTable(w, "email", "user_id", "name", "event", "kind", "entity", "before", "after", "restrictions", "except", "groups")
	for _, u := range users {
		about := []string{u.User.Email, u.User.ID, u.User.Name, string(u.Event)}
		if len(u.Changes) == 0 {
			t.cells(append(about, "", "", "", "", "", "", "")...)
			t.endRow()
		}
		for _, c := range u.Changes {
			t.cells(about...)
			t.cells(string(c.Kind), c.Entity, c.Before.String(), c.After.String(), strings.Join(c.Restrictions, " "), strings.Join(c.Except, " "))
			ids := make([]string, len(c.Groups))
			for i, g := range c.Groups {
				ids[i] = g.ID
			}
			t.cells(strings.Join(ids, " "))
			t.endRow()
		}
	}
	return t.end()
}
