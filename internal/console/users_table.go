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
)

// tableUser converts a user to a row of a table.
func tableUser(u api.User) usertable.User {
	return usertable.User{
		Email: u.ContactEmail, FirstName: u.FirstName, LastName: u.LastName, Department: u.Department, PreferredSite: u.PreferredSite,
		PreferredCurrency: u.PreferredCurrency, PreferredLanguage: u.PreferredLanguage, Locked: u.Locked(), Groups: slices.Sorted(slices.Values(u.GroupIDs)),
	}
}

// handleUsersCSV sends all users as CSV, as iam_users_csv has them.
func (v *visit) handleUsersCSV() error {
	all, err := v.client().Users(v.r.Context())
	if err != nil {
		return err
	}
	t := usertable.Table{Columns: usertable.Columns()}
	for _, u := range all {
		t.Users = append(t.Users, tableUser(u))
	}
	v.download("text/csv; charset=utf-8", "users-"+v.session.tenant+".csv")
	_, err = io.WriteString(v.w, t.CSV())
	return err
}

// importPage is the content of the preview of a table of users.
type importPage struct {
	Limit   int // in MB
	Name    string
	Wrong   []string // by line
	More    int      // errors that are not shown
	Checked bool
	New     []importRow
	Changed []importRow
	Same    int
	Others  int // users of the tenant who are not in the table
	Impact  *impact
}

// importRow is a user of the table who is new or would change.
type importRow struct {
	Line        int
	ID          string // empty for a new user
	Email, Name string
	Changes     []memberChange
}

// What a preview shows at most.
const (
	mostImported = 100
	mostWrong    = 50
)

// handleImportForm asks for a table of users.
func (v *visit) handleImportForm() error {
	return v.show("users-import.html", "Import users", importPage{Limit: maxUpload >> 20})
}

// handleImport shows what a table of users would change. It changes nothing.
func (v *visit) handleImport() error {
	page := importPage{Limit: maxUpload >> 20}
	text, name, err := v.uploaded()
	if err != nil {
		page.Wrong = []string{planProblem(err)}
		return v.showStatus(http.StatusUnprocessableEntity, "users-import.html", "Import users", page)
	}
	page.Name = access.Visible(name)
	t, err := usertable.Check(string(text), usertable.Format{}, func(u usertable.User) string {
		if !api.ValidEmail(u.Email) {
			return fmt.Sprintf("%q is not an e-mail address", u.Email)
		}
		return ""
	})
	if err != nil {
		page.addErrors(err)
		return v.showStatus(http.StatusUnprocessableEntity, "users-import.html", "Import users", page)
	}
	page.Checked = true
	if err := v.compare(&page, t); err != nil {
		return err
	}
	return v.show("users-import.html", "Import users", page)
}

// uploaded reads the file of the form.
func (v *visit) uploaded() (text []byte, name string, err error) {
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxUpload)
	parts, err := v.r.MultipartReader()
	if err != nil {
		return nil, "", err
	}
	part, err := parts.NextPart()
	if errors.Is(err, io.EOF) {
		return nil, "", errors.New("the form has no file")
	}
	if err != nil {
		return nil, "", err
	}
	defer part.Close()
	text, err = io.ReadAll(part)
	return text, part.FileName(), err
}

// addErrors adds the mistakes of a table, each with its line.
func (p *importPage) addErrors(err error) {
	all := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		all = joined.Unwrap()
	}
	p.More = max(0, len(all)-mostWrong)
	for _, mistake := range all[:len(all)-p.More] {
		p.Wrong = append(p.Wrong, access.Visible(mistake.Error()))
	}
}

// compare adds what the table would change.
func (v *visit) compare(page *importPage, t usertable.Table) error {
	all, err := v.client().Users(v.r.Context())
	if err != nil {
		return err
	}
	present := map[string]api.User{}
	for _, u := range all {
		present[strings.ToLower(u.ContactEmail)] = u
	}
	page.Others = len(all)
	for _, u := range t.Users {
		was, known := present[strings.ToLower(u.Email)]
		r := importRow{Line: u.Line, Email: u.Email, Name: fullName(u.FirstName, u.LastName)}
		if !known {
			page.New = append(page.New, r)
			continue
		}
		page.Others--
		old := tableUser(was)
		for _, column := range t.Differences(old, u) {
			r.Changes = append(r.Changes, memberChange{column, cellOf(old, column), cellOf(u, column)})
		}
		if r.ID = was.ID; len(r.Changes) > 0 {
			page.Changed = append(page.Changed, r)
		} else {
			page.Same++
		}
	}
	page.Impact, err = v.impact(func(tenant *access.Tenant) { applyTable(tenant, t, present) })
	return err
}

// applyTable makes the changes of a table in the tenant in memory.
func applyTable(tenant *access.Tenant, t usertable.Table, present map[string]api.User) {
	for _, u := range t.Users {
		s := access.StateUser{Email: u.Email, Name: fullName(u.FirstName, u.LastName), ID: present[strings.ToLower(u.Email)].ID}
		if s.ID == "" {
			tenant.AddUser(s)
		}
		if t.Has("groups") {
			tenant.SetGroups(s, u.Groups)
		}
		if t.Has("locked") {
			tenant.Lock(s, u.Locked)
		}
	}
}

// cellOf returns a cell of a user for people.
func cellOf(u usertable.User, column string) string {
	switch column {
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
		return fmt.Sprint(u.Locked)
	}
	return strings.Join(u.Groups, ", ")
}
