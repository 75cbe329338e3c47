package console

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/access/usertable"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// mostRows is the number of rows that each part of a preview shows.
const mostRows = 100

// handleUsersCSV sends all users as a table that iam_users_csv reads.
func (v *visit) handleUsersCSV() error {
	users, err := v.client().Users(v.r.Context())
	if err != nil {
		return err
	}
	var table usertable.Table
	for _, u := range users {
		table.Users = append(table.Users, client.UserRow(u))
	}
	slices.SortFunc(table.Users, func(a, b usertable.User) int {
		return strings.Compare(strings.ToLower(a.Email), strings.ToLower(b.Email))
	})
	v.download("text/csv; charset=utf-8", "users-"+v.session.tenant+".csv")
	_, _ = io.WriteString(v.w, table.CSV()) // an error means that the reader went away
	return nil
}

// importPage is the content of the preview of a table of users.
type importPage struct {
	Limit    int // in MB
	Name     string
	Wrong    string // why nothing can be previewed
	Mistakes firstRows[mistake]
	Preview  *tablePreview // nil: there is none
}

// firstRows is the first rows of a list.
type firstRows[T any] struct {
	Rows []T
	All  int
}

// More returns the number of rows that are not shown.
func (p firstRows[T]) More() int { return p.All - len(p.Rows) }

func firstOf[T any](all []T) firstRows[T] {
	return firstRows[T]{all[:min(len(all), mostRows)], len(all)}
}

// mistake is an error of a table; without a line, it is about all of it.
type mistake struct {
	Line int
	Text string
}

// tablePreview is what a table of users would change.
type tablePreview struct {
	Users   int
	New     firstRows[usertable.User]
	Changed firstRows[changedUser]
	Same    int
	Others  firstRows[otherUser] // without a row
	Impact  *impact
	Block   Block
}

// changedUser is a user with the cells that a table changes.
type changedUser struct {
	ID, Name, Email string
	Line            int
	Changes         []memberChange
}

// otherUser is a user who has no row.
type otherUser struct{ ID, Name, Email string }

// handleImportForm asks for a table.
func (v *visit) handleImportForm() error {
	return v.show("users-import.html", "Import users", importPage{Limit: maxUpload >> 20})
}

// handleImport checks a table and shows what it would change. It changes nothing, and nothing
// of the table is kept.
func (v *visit) handleImport() error {
	page := importPage{Limit: maxUpload >> 20}
	refuse := func() error {
		return v.showStatus(http.StatusUnprocessableEntity, "users-import.html", "Import users", page)
	}
	text, name, err := v.uploadedTable()
	page.Name = access.Visible(name)
	switch _, long := errors.AsType[*http.MaxBytesError](err); {
	case long:
		page.Wrong = fmt.Sprintf("The table is longer than %d MB. Terraform reads longer ones: give its file to iam_users_csv.", maxUpload>>20)
		return refuse()
	case err != nil:
		return wrongForm(err)
	case strings.TrimSpace(text) == "":
		page.Wrong = "The table is empty. Choose a file, or paste the rows with their header."
		return refuse()
	}
	table, err := usertable.Check(text, usertable.Format{}, client.EmailOfRow)
	if err != nil {
		page.Mistakes = firstOf(mistakesOf(err))
		return refuse()
	}
	unknown, err := v.unknownGroups(table)
	if err != nil {
		return err
	}
	if len(unknown) > 0 {
		page.Mistakes = firstOf(unknown)
		return refuse()
	}
	if page.Preview, err = v.preview(table); err != nil {
		return err
	}
	return v.show("users-import.html", "Import users", page)
}

// uploadedTable reads the file of the form, or the text that was pasted.
func (v *visit) uploadedTable() (text, name string, err error) {
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxUpload)
	parts, err := v.r.MultipartReader()
	if err != nil {
		return "", "", fmt.Errorf("the form: %w", err)
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return text, name, nil
		}
		if err != nil {
			return "", "", fmt.Errorf("the form: %w", err)
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return "", part.FileName(), fmt.Errorf("the form: %w", err)
		}
		if len(content) > 0 && text == "" {
			text, name = string(content), part.FileName()
		}
	}
}

// mistakesOf returns the errors that an error joins.
func mistakesOf(err error) (all []mistake) {
	errs := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		errs = joined.Unwrap()
	}
	for _, err := range errs {
		m := mistake{Text: err.Error()}
		if at, ok := errors.AsType[*usertable.LineError](err); ok {
			m = mistake{at.Line, at.Text}
		}
		all = append(all, m)
	}
	return all
}

// unknownGroups returns the cells that name groups which the tenant does not have.
func (v *visit) unknownGroups(table usertable.Table) (all []mistake, err error) {
	if !table.Has("groups") {
		return nil, nil
	}
	groups, err := v.client().Groups(v.r.Context())
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, g := range groups {
		known[g.ID] = true
	}
	for _, u := range table.Users {
		for _, id := range u.Groups {
			if !known[id] {
				all = append(all, mistake{u.Line, fmt.Sprintf("the tenant has no group %q: create it first, or correct the id", id)})
			}
		}
	}
	return all, nil
}

// preview compares a table with the users of the tenant.
func (v *visit) preview(table usertable.Table) (*tablePreview, error) {
	users, err := v.client().Users(v.r.Context())
	if err != nil {
		return nil, err
	}
	p := &tablePreview{Users: len(table.Users)}
	var changed []changedUser
	var others []otherUser
	present := map[string]bool{}
	for _, u := range users {
		row, ok := table.Find(u.ContactEmail)
		if !ok {
			others = append(others, otherUser{u.ID, fullName(u.FirstName, u.LastName), u.ContactEmail})
			continue
		}
		present[strings.ToLower(u.ContactEmail)] = true
		if changes := rowChanges(table, u, row); len(changes) > 0 {
			changed = append(changed, changedUser{u.ID, fullName(row.FirstName, row.LastName), u.ContactEmail, row.Line, changes})
		} else {
			p.Same++
		}
	}
	fresh := slices.DeleteFunc(slices.Clone(table.Users), func(u usertable.User) bool { return present[strings.ToLower(u.Email)] })
	p.New, p.Changed, p.Others = firstOf(fresh), firstOf(changed), firstOf(others)
	p.Block.Resource = "resource \"iam_users_csv\" \"users\" {\n  csv = file(\"${path.module}/users.csv\")\n}\n"
	if len(present) > 0 {
		p.Block.Resource = "resource \"iam_users_csv\" \"users\" {\n  csv            = file(\"${path.module}/users.csv\")\n  adopt_existing = true\n}\n"
	}
	p.Impact, err = v.impact(func(t *access.Tenant) { applyTable(t, table) })
	return p, err
}

// applyTable gives the users of a table their groups and locks.
func applyTable(t *access.Tenant, table usertable.Table) {
	for _, row := range table.Users {
		u := access.StateUser{Email: row.Email, Name: fullName(row.FirstName, row.LastName)}
		t.AddUser(u)
		if table.Has("locked") {
			t.Lock(u, row.Locked)
		}
		if table.Has("groups") {
			t.SetGroups(u, row.Groups)
		}
	}
}

// rowChanges returns the cells that differ from the user. Empty ones keep what the user has,
// except for groups.
func rowChanges(table usertable.Table, u api.User, row usertable.User) (changes []memberChange) {
	is := client.UserRow(u)
	for _, column := range table.Differences(is, row) {
		if after := row.Cell(column); after != "" || column == "groups" {
			changes = append(changes, memberChange{strings.ReplaceAll(column, "_", " "), is.Cell(column), after})
		}
	}
	return changes
}
