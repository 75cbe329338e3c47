package console_test

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access/usertable"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/console"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// upload sends a file in a form.
func (s site) upload(t *testing.T, path, field, text string) answer {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile(field, "people <b>.csv")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = file.Write([]byte(text)) // a buffer never fails
	_ = form.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+path, &body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	return s.send(t, r)
}

const importPath = "/console/acme/users/import"

// The table that is exported says what the API says, and importing it changes nothing.
func TestUsersCSV_exported(t *testing.T) {
	t.Parallel()
	s := signedIn(t, console.Options{})
	for i := range 3 {
		if _, err := s.Client.CreateUser(t.Context(), api.UserCreate{
			FirstName: "=Anna", LastName: "O\"Neil, <b>", ContactEmail: fmt.Sprintf("anna%d@acme.example", i), Department: "Sales", PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{"oe-editor"},
		}); err != nil {
			t.Fatal(err)
		}
	}
	users, err := s.Client.Users(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := s.ask(t, "GET", s.url+"/console/acme/users.csv", nil)
	table, err := usertable.Parse(got.page)
	if err != nil || len(table.Users) != len(users) {
		t.Fatalf("got %v, %s", err, got.page)
	}
	for _, u := range users {
		row, ok := table.Find(u.ContactEmail)
		if !ok || row.FirstName != u.FirstName || row.LastName != u.LastName || row.Department != u.Department || strings.Join(row.Groups, " ") != strings.Join(u.GroupIDs, " ") {
			t.Errorf("got %+v for %+v", row, u)
		}
	}
	page := s.upload(t, importPath, "table", got.page)
	if page.status != 200 || !strings.Contains(page.page, fmt.Sprintf("<b>%d</b><span>as they are", len(users))) || !strings.Contains(page.page, "<b>0</b><span>new") ||
		!strings.Contains(page.page, "Nobody gains or loses anything.") || !strings.Contains(page.page, "people &lt;b&gt;.csv") {
		t.Errorf("got %d, %s", page.status, page.page)
	}
}

// A preview names the users who are added and changed, with their access, and saves nothing.
func TestImport_preview(t *testing.T) {
	t.Parallel()
	s := signedIn(t, console.Options{Write: true})
	id, err := s.Client.CreateUser(t.Context(), api.UserCreate{FirstName: "Anna", LastName: "Smith", ContactEmail: "anna@acme.example", Department: "Sales", PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{"oe-editor"}})
	if err != nil {
		t.Fatal(err)
	}
	before, err := s.Client.Users(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := s.upload(t, importPath, "text", "sep=;\nemail;first_name;last_name;department;groups\nANNA@acme.example;Anna;Jones;;\nben@acme.example;<script>;Doe;Sales;oe-viewer\n")
	for _, want := range []string{
		"<b>1</b><span>new", "<b>1</b><span>changed", fmt.Sprintf("<b>%d</b><span>without a row", len(before)-1), "users/" + id, "<td>Smith</td>", "<td>Jones</td>", "<td>oe-editor</td>",
		"&lt;script&gt; Doe", "adopt_existing = true", "Lose access", "Gain access",
	} {
		if got.status != 200 || !strings.Contains(got.page, want) {
			t.Errorf("got %d, no %q in %s", got.status, want, got.page)
		}
	}
	if strings.Contains(got.page, "<td>Sales</td><td class=\"arrow\"") {
		t.Error("an empty cell changes the department")
	}
	after, err := s.Client.Users(t.Context())
	if err != nil || len(after) != len(before) {
		t.Errorf("got %d users before and %d after, %v", len(before), len(after), err)
	}
}

// A mistake is shown with its line, also in the last of 50,000 lines.
func TestImport_mistakes(t *testing.T) {
	t.Parallel()
	s := signedIn(t, console.Options{})
	var long strings.Builder
	long.WriteString("email,first_name,last_name\n")
	for i := range 49_998 {
		fmt.Fprintf(&long, "user%d@acme.example,User,Number %d\n", i, i)
	}
	long.WriteString("nobody,User,Last\n")
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"last line":      {long.String(), []string{"The table has an error", `class="num">50000</th>`, "is not an e-mail address"}},
		"unknown group":  {"email,first_name,last_name,groups\na@acme.example,A,B,<i>nosuch\n", []string{`class="num">2</th>`, "the tenant has no group", "&lt;i&gt;nosuch"}},
		"several":        {"email,first_name,last_name\nx,A,B\ny,A,B\n", []string{"The table has 2 errors", `class="num">2</th>`, `class="num">3</th>`}},
		"empty":          {"  \n", []string{"The table is empty."}},
		"no table":       {"\x00\xff", []string{"The table has an error"}},
		"too long":       {strings.Repeat("a", 33<<20), []string{"The table is longer than 32 MB."}},
		"only a header?": {"anna@acme.example", []string{"the header is a single cell"}},
	} {
		got := s.upload(t, importPath, "table", c.text)
		for _, want := range c.want {
			if got.status != 422 || !strings.Contains(got.page, want) {
				t.Errorf("%s: got %d, no %q in %.3000s", name, got.status, want, got.page)
			}
		}
	}
	if got := s.ask(t, "POST", s.url+importPath, nil); got.status != 422 || !strings.Contains(got.page, "The form cannot be read") {
		t.Errorf("without a form: got %+v", got)
	}
}

// A person without rights gets neither the table nor a preview.
func TestUsersCSV_forbidden(t *testing.T) {
	t.Parallel()
	b := servertest.New(t, servertest.Options{NoFaults: true})
	s := signedInAs(t, b, "anna@acme.example")
	s.shows(t, "GET", s.url+"/console/acme/users.csv", 403, "You may not see this")
	if got := s.upload(t, importPath, "table", "email,first_name,last_name\nb@acme.example,B,C\n"); got.status != 403 || strings.Contains(got.page, "b@acme.example") {
		t.Errorf("got %+v", got)
	}
}

// signedInAs returns a site that a new user without groups looks at.
func signedInAs(t *testing.T, b *servertest.Backend, email string) site {
	t.Helper()
	id, err := b.Client.CreateUser(t.Context(), api.UserCreate{FirstName: "Anna", LastName: "Smith", ContactEmail: email, PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{}})
	if err != nil {
		t.Fatal(err)
	}
	token := b.UserToken(t, id)
	s := newPages(t, b, console.Options{Local: true, Write: true, As: func(context.Context, string, string) (api.Token, string, error) { return token, id, nil }})
	s.post(t, "/console/acme/sign-in-as", url.Values{"email": {email}})
	return s
}
