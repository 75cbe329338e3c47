package console

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

func userRoutes() []route {
	return []route{
		{"GET users", "users", (*visit).handleUsers},
		{"GET users.csv", "users", (*visit).handleUsersCSV},
		{"GET users/new", "users", (*visit).handleNewUser},
		{"POST users/new", "users", (*visit).handleCreateUser},
		{"GET users/import", "users", (*visit).handleImportForm},
		{"POST users/import", "users", (*visit).handleImport},
		{"GET users/{id}", "users", (*visit).handleUser},
		{"POST users/{id}", "users", (*visit).handleUserChange},
		{"GET users/{id}/groups", "users", (*visit).handleUserGroups},
		{"POST users/{id}/groups", "users", (*visit).handleUserGroupsSave},
		{"GET users/{id}/access", "users", (*visit).handleUserAccess},
		{"GET users/{id}/access.csv", "users", (*visit).handleUserCSV},
		{"GET users/{id}/terraform", "users", (*visit).handleUserTerraform},
		{"GET users/{id}/history", "users", (*visit).handleUserHistory},
	}
}

// choice is an option, a filter or a column.
type choice struct {
	Name, Label, Value string
	Aria, By           string // of a column
}

// usersPage is the content of the list of users.
type usersPage struct {
	List     *listing
	Count    string
	Filters  []choice
	Statuses []choice
	Columns  []choice
	Rows     []userRow
	Empty    string
}

type userRow struct {
	ID, FirstName, LastName, Email, Department, Status, Dot string
	Groups                                                  int
}

type userColumn struct {
	name, label string
	of          func(api.User) string
}

// userColumns are the columns of the list, by which it can be filtered and sorted.
var userColumns = []userColumn{
	{"firstName", "First name", func(u api.User) string { return u.FirstName }},
	{"lastName", "Last name", func(u api.User) string { return u.LastName }},
	{"contactEmail", "E-mail", func(u api.User) string { return u.ContactEmail }},
	{"department", "Department", func(u api.User) string { return u.Department }},
	{"status", "Status", statusText},
}

// handleUsers shows the users, page by page.
func (v *visit) handleUsers() error {
	list := v.newListing("firstName", "lastName", "contactEmail", "department", "status")
	rows, err := v.usersOf(list)
	if err != nil {
		return err
	}
	page := usersPage{List: list, Count: countOf(list, rows), Empty: "There are no users yet."}
	if list.Filtered() {
		page.Empty = "No user matches the filters."
	}
	for _, c := range userColumns {
		page.Columns = append(page.Columns, choice{Label: c.label, Aria: list.Aria(c.name), By: list.By(c.name)})
		if c.name != "status" {
			page.Filters = append(page.Filters, choice{Name: c.name, Label: c.label, Value: list.Filter(c.name)})
		}
	}
	for _, status := range []string{"", "Active", "Invited", "Locked"} {
		page.Statuses = append(page.Statuses, selected(status, cmp.Or(status, "Any status"), list.Filter("status")))
	}
	for _, u := range rows {
		page.Rows = append(page.Rows, userRow{
			ID: u.ID, FirstName: u.FirstName, LastName: u.LastName, Email: u.ContactEmail, Department: u.Department,
			Status: statusText(u), Dot: statusDot(u), Groups: len(u.GroupIDs),
		})
	}
	return v.show("users.html", "Users", page)
}

// countOf says how many users there are, and where the page shows all of them, how many are
// invited and locked.
func countOf(list *listing, rows []api.User) string {
	text := counted(list.Total, "user", "users")
	if list.Filtered() || len(rows) == 0 || len(rows) != list.Total {
		return text
	}
	states := map[string]int{}
	for _, u := range rows {
		states[statusText(u)]++
	}
	for _, state := range []string{"Invited", "Locked"} {
		if n := states[state]; n > 0 {
			text += fmt.Sprintf(" · %d %s", n, strings.ToLower(state))
		}
	}
	return text
}

// usersOf returns the users of a page of the list. The API can neither filter nor sort them,
// so for that all users are read.
func (v *visit) usersOf(list *listing) ([]api.User, error) {
	if list.Sort() == "" && !list.Filtered() {
		rows, total, err := v.client().UserPage(v.r.Context(), list.page(nil))
		list.got(len(rows), total)
		return rows, err
	}
	all, err := v.client().Users(v.r.Context())
	if err != nil {
		return nil, err
	}
	for _, c := range userColumns {
		if wanted := strings.ToLower(list.Filter(c.name)); wanted != "" {
			all = slices.DeleteFunc(all, func(u api.User) bool { return !strings.Contains(strings.ToLower(c.of(u)), wanted) })
		}
	}
	sortRows(list, all, func(u api.User, name string) string {
		i := slices.IndexFunc(userColumns, func(c userColumn) bool { return c.name == name })
		return userColumns[i].of(u)
	})
	return cut(list, all), nil
}

func counted(n int, one, many string) string {
	switch {
	case n < 0:
		return ""
	case n == 1:
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// statusText names the state of a user, and statusDot the class of its dot.
func statusText(u api.User) string {
	switch {
	case u.Locked():
		return "Locked"
	case u.Status == api.UserProvisioned:
		return "Invited"
	}
	return "Active"
}

func statusDot(u api.User) string {
	switch {
	case u.Locked():
		return "locked"
	case u.Status == api.UserProvisioned:
		return "waiting"
	}
	return ""
}

func fullName(first, last string) string { return strings.TrimSpace(first + " " + last) }
