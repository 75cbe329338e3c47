package directory_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access/usertable"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

const staff = `email,first_name,last_name,department,locked,groups
anna@acme.example,Anna,Schmidt,Sales,,oe-viewer oe-editor
Ben@acme.example,Ben,"Müller",,,
clara@acme.example,Clara,Cole,Support,true,oe-viewer
`

func csvOf(text string) values { return values{"csv": text} }

// lineOf replaces one line of a text.
func lineOf(t *testing.T, text, old, line string) string {
	t.Helper()
	if strings.Count(text, old) != 1 {
		t.Fatalf("%q does not stand once in %q", old, text)
	}
	return strings.Replace(text, old, line, 1)
}

// staffOf returns the tenant's users by e-mail in lower case, without the Owner.
func staffOf(t *testing.T, c *client.Client) map[string]api.User {
	t.Helper()
	users, err := c.Users(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	byEmail := map[string]api.User{}
	for _, u := range users {
		slices.Sort(u.GroupIDs)
		byEmail[strings.ToLower(u.ContactEmail)] = u
	}
	delete(byEmail, "owner@acme.example")
	return byEmail
}

func names(users map[string]api.User) string {
	return strings.Join(slices.Sorted(maps.Keys(users)), " ")
}

func TestUsersCSVResource_life(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		made := p.MustApply("iam_users_csv", state{}, csvOf(staff))
		if made.Values["csv"] != staff || made.Values["on_destroy"] != "remove" {
			t.Errorf("state %v", made.Values)
		}
		users := staffOf(t, b.Client)
		anna, clara := users["anna@acme.example"], users["clara@acme.example"]
		if len(users) != 3 || anna.Department != "Sales" || anna.PreferredSite != "main" || anna.Locked() || !slices.Equal(anna.GroupIDs, []string{"oe-editor", "oe-viewer"}) ||
			!clara.Locked() || users["ben@acme.example"].ContactEmail != "Ben@acme.example" {
			t.Fatalf("users %+v", users)
		}
		noChange(t, p, "iam_users_csv", made, csvOf(staff))

		text := lineOf(t, staff, "Anna,Schmidt,Sales,,oe-viewer oe-editor", "Anna,Meier,,,oe-editor")
		text = lineOf(t, text, "clara@acme.example,Clara,Cole,Support,true,oe-viewer\n", "")
		text = lineOf(t, text, "Müller\",,,", "Müller\",,true,oe-viewer") + "dora@acme.example,Dora,Doe,,,\n"
		p.NextRun()
		changed := p.MustApply("iam_users_csv", made, csvOf(text))
		users = staffOf(t, b.Client)
		if names(users) != "anna@acme.example ben@acme.example dora@acme.example" || users["anna@acme.example"].ID != anna.ID || users["anna@acme.example"].LastName != "Meier" ||
			users["anna@acme.example"].Department != "Sales" || users["dora@acme.example"].Department != api.NoDepartment || !slices.Equal(users["anna@acme.example"].GroupIDs, []string{"oe-editor"}) || !users["ben@acme.example"].Locked() {
			t.Errorf("users %+v", users)
		}
		noChange(t, p, "iam_users_csv", changed, csvOf(text))

		// What loses its column is no longer managed.
		const few = "email,first_name,last_name\nanna@acme.example,Anna,Meier\nben@acme.example,Ben,Müller\n"
		p.NextRun()
		less := p.MustApply("iam_users_csv", changed, csvOf(few))
		if users = staffOf(t, b.Client); names(users) != "anna@acme.example ben@acme.example" || !slices.Equal(users["anna@acme.example"].GroupIDs, []string{"oe-editor"}) || !users["ben@acme.example"].Locked() {
			t.Errorf("users %+v", users)
		}
		noChange(t, p, "iam_users_csv", less, csvOf(few))
		p.NextRun()
		p.MustApply("iam_users_csv", less, nil)
		if users = staffOf(t, b.Client); len(users) != 0 {
			t.Errorf("left behind: %s", names(users))
		}
	})
}

func TestUsersCSVResource_import(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	p.MustApply("iam_users_csv", state{}, csvOf(staff))
	p.NextRun()
	for id, want := range map[string]string{
		"*":               "anna@acme.example Ben@acme.example clara@acme.example owner@acme.example",
		"group:oe-viewer": "anna@acme.example clara@acme.example",
		"clara@acme.example, BEN@acme.example,ben@acme.example": "Ben@acme.example clara@acme.example",
	} {
		imported, d := p.Import("iam_users_csv", id)
		text, _ := imported.Values["csv"].(string)
		table, err := usertable.Parse(text)
		var emails []string
		for _, u := range table.Users {
			emails = append(emails, u.Email)
		}
		if d.Failed() || err != nil || strings.Join(emails, " ") != want || !slices.Equal(table.Columns, usertable.Columns()) {
			t.Errorf("%s: %v, %v, %q", id, d, err, text)
		}
		noChange(t, p, "iam_users_csv", imported, csvOf(text))
		p.NextRun()
	}
	for id, want := range map[string]string{"group:none": "none", "x@acme.example": "x@acme.example", "all": "separated by commas"} {
		if _, d := p.Import("iam_users_csv", id); !d.Has("Unable to import users", want) {
			t.Errorf("%s: %v", id, d)
		}
	}
}

// What drifted shows in its line, and all other lines stay as they are written.
func TestUsersCSVResource_drift(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	text := "\uFEFF" + strings.ReplaceAll(strings.ReplaceAll(staff, ",", ";"), "\n", "\r\n")
	made := p.MustApply("iam_users_csv", state{}, csvOf(text))
	users := staffOf(t, b.Client)
	anna := users["anna@acme.example"]
	err := b.Client.UpdateUser(t.Context(), anna.ID, api.UserUpdate{
		FirstName: "Anna", LastName: "Meier; of Acme", Department: "", PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en",
		BackofficeUserNumber: anna.BackofficeUserNumber, GroupIDs: []string{"oe-admin", "oe-editor"},
	})
	if err == nil {
		err = b.Client.DeleteUser(t.Context(), users["ben@acme.example"].ID, false)
	}
	if err == nil {
		err = b.Client.UnlockUser(t.Context(), users["clara@acme.example"].ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	want := lineOf(t, text, "Schmidt;Sales;;oe-viewer oe-editor", "\"Meier; of Acme\";;;oe-editor oe-admin")
	want = lineOf(t, want, "Ben@acme.example;Ben;\"Müller\";;;\r\n", "")
	want = lineOf(t, want, "true", "false")
	drifted, d := p.Refresh("iam_users_csv", made)
	if d.Failed() || drifted.Values["csv"] != want {
		t.Errorf("%v\n%q, want\n%q", d, drifted.Values["csv"], want)
	}
	p.MustApply("iam_users_csv", drifted, csvOf(text))
	if users = staffOf(t, b.Client); len(users) != 3 || users["anna@acme.example"].LastName != "Schmidt" || !users["clara@acme.example"].Locked() {
		t.Errorf("users %+v", users)
	}
}

func TestUsersCSVResource_samePlan(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	made := p.MustApply("iam_users_csv", state{}, csvOf(staff))
	p.NextRun()
	lines := strings.Split(strings.TrimSpace(staff), "\n")
	slices.Reverse(lines[1:])
	for name, text := range map[string]string{
		"line ends":  strings.ReplaceAll(staff, "\n", "\r\n"),
		"rows":       strings.Join(lines, "\n"),
		"quoting":    strings.ReplaceAll(staff, "Anna,", `"Anna",`),
		"separator":  strings.ReplaceAll(staff, ",", "\t"),
		"case":       strings.ReplaceAll(strings.ReplaceAll(staff, "anna@", "ANNA@"), "first_name", "First Name"),
		"the groups": strings.ReplaceAll(staff, "oe-viewer oe-editor", "oe-editor oe-viewer"),
	} {
		noChange(t, p, "iam_users_csv", made, csvOf(text))
		if t.Failed() {
			t.Fatal(name)
		}
	}
}

func TestUsersCSVResource_badConfiguration(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	for name, c := range map[string]struct {
		config values
		want   []string
	}{
		"no header":        {csvOf(""), []string{`AttributeName("csv")`, "Line 1: no header"}},
		"empty name":       {csvOf(staff + "x@acme.example,,Y,,,\n"), []string{"Line 5: first_name is empty"}},
		"twice":            {csvOf(staff + "ANNA@acme.example,X,Y,,,\n"), []string{"Line 5: e-mail ANNA@acme.example is already on line 2"}},
		"no e-mail":        {csvOf(staff + "nobody,X,Y,,,\n"), []string{"Line 5: \"nobody\" is not an e-mail address"}},
		"many mistakes":    {csvOf(staff + strings.Repeat("nobody,,Y,,,\n", 30)), []string{"more mistakes like these"}},
		"unknown column":   {csvOf("email,first_name,last_name,phone\n"), []string{"Line 1: unknown column"}},
		"commas in groups": {csvOf(staff + "x@acme.example,X,Y,,,\"oe-viewer, oe-editor\"\n"), []string{`Line 5: groups is "oe-viewer, oe-editor": spaces separate ids, so write "oe-viewer oe-editor".`}},
		"invisible":        {csvOf(staff + "x@acme.example,X\u200bX,Y,,,\n"), []string{"Line 5: first_name contains the invisible character U+200B (zero width space): remove or replace it."}},
		"unclosed quote":   {csvOf(staff + "x@acme.example,\"X,Y,,,\nz@acme.example,Z,Y,,,\n"), []string{"Line 5: the quote that opens here is never closed"}},
		"on_destroy":       {with(csvOf(staff), values{"on_destroy": "shred"}), []string{`AttributeName("on_destroy")`}},
	} {
		if _, _, d := p.Plan("iam_users_csv", state{}, c.config); !d.Has(append(c.want, "error")...) {
			t.Errorf("%s: %v", name, d)
		}
	}
	if _, _, d := p.Plan("iam_users_csv", state{}, csvOf(staff+"nobody,X,Y,,,\nx@acme.example,,Y,,,\n")); !d.Has("Line 5: \"nobody\" is not") || !d.Has("Line 6: first_name is empty") {
		t.Errorf("mistakes of two kinds: %v", d)
	}
	for name, text := range map[string]string{
		"the line of Excel":       "\uFEFFsep=;\r\n" + strings.ReplaceAll(staff, ",", ";"),
		"|":                       strings.ReplaceAll(staff, ",", "|"),
		"invisible around a cell": lineOf(t, staff, "clara@acme.example,", "\u200bclara@acme.example\u00a0,"),
	} {
		if _, _, d := p.Plan("iam_users_csv", state{}, csvOf(text)); d.Failed() {
			t.Errorf("%s: %v", name, d)
		}
	}
	if planned, _, d := p.Plan("iam_users_csv", state{}, values{"csv": providertest.Unknown}); d.Failed() || planned.Values["csv"] != providertest.Unknown {
		t.Errorf("unknown: %v %v", planned.Values, d)
	}
}

// A user who already exists is left unchanged unless the table adopts it. An adoption
// does not write a user that matches the row.
// Groups that were not managed until now are in no state: the plan names those to
// leave.
func TestUsersCSVResource_namesWhatWillBeLeft(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	p.MustApply("iam_user", state{}, values{"email": "anna@acme.example", "first_name": "Anna", "last_name": "Schmidt", "group_ids": []any{"oe-viewer", "oe-editor"}})
	plan := func(prior state, config values) providertest.Diagnostics {
		t.Helper()
		p.NextRun()
		_, _, d := p.Plan("iam_users_csv", prior, config)
		return d
	}
	const warning, line = "Groups Will Be Left", "line 2, Anna@acme.example: oe-editor"
	row := "email,first_name,last_name,groups\nAnna@acme.example,Anna,Schmidt,oe-viewer"
	taken := values{"csv": row, "adopt_existing": true}
	if d := plan(state{}, taken); len(d) != 2 || !d.Has(`warning at AttributeName("csv")`, warning, line) || !d.Has("Users Adopted: Anna@acme.example", `groups "oe-editor oe-viewer" → "oe-viewer"`) {
		t.Errorf("taken over: %v", d)
	}
	if d := plan(state{}, with(taken, values{"csv": row + " oe-editor"})); len(d) > 0 {
		t.Errorf("taken over as it is: %v", d)
	}
	plain := values{"csv": "email,first_name,last_name\nanna@acme.example,Anna,Schmidt", "adopt_existing": true}
	p.NextRun()
	made := p.MustApply("iam_users_csv", state{}, plain)
	if d := plan(made, values{"csv": row}); len(d) != 1 || !d.Has(warning, line) {
		t.Errorf("with the column: %v", d)
	}
	p.NextRun()
	made = p.MustApply("iam_users_csv", made, values{"csv": row + " oe-editor"})
	if d := plan(made, taken); len(d) > 0 {
		t.Errorf("what is managed: %v", d)
	}
}

func TestUsersCSVResource_existing(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	user := p.MustApply("iam_user", state{}, values{"email": "anna@acme.example", "first_name": "Anna", "last_name": "Schmidt", "department": "Sales", "group_ids": []any{"oe-viewer", "oe-editor"}})
	p.NextRun()
	none, d := p.Apply("iam_users_csv", state{}, csvOf(staff))
	if !d.Has("error", `AttributeName("csv")`, "Users Already Exist: anna@acme.example", "line 2, anna@acme.example", "adopt_existing") || none.Values != nil || len(staffOf(t, b.Client)) != 1 {
		t.Errorf("got %v, state %v", d, none.Values)
	}
	adopted := p.MustApply("iam_users_csv", state{}, with(csvOf(staff), values{"adopt_existing": true}))
	users := staffOf(t, b.Client)
	if len(users) != 3 || users["anna@acme.example"].ID != user.Values["id"] {
		t.Errorf("users %+v", users)
	}
	// And back: kept when the row goes.
	p.NextRun()
	text := lineOf(t, staff, "anna@acme.example,Anna,Schmidt,Sales,,oe-viewer oe-editor\n", "")
	p.MustApply("iam_users_csv", adopted, with(csvOf(text), values{"on_destroy": "keep"}))
	imported, d := p.Import("iam_user", "anna@acme.example")
	if d.Failed() || imported.Values["id"] != user.Values["id"] {
		t.Errorf("got %v, %v", imported.Values, d)
	}
}

func TestUsersCSVResource_onDestroy(t *testing.T) {
	t.Parallel()
	for how, want := range map[string]string{"remove": "", "keep": "active in 2 groups", "lock": "locked in 0 groups"} {
		b := providertest.Remote(t, servertest.Options{})
		p := providertest.New(t, b.Config)
		made := p.MustApply("iam_users_csv", state{}, with(csvOf(staff), values{"on_destroy": how}))
		check := func(email string) {
			t.Helper()
			got := ""
			if u, ok := staffOf(t, b.Client)[email]; ok {
				got = fmt.Sprintf("%s in %d groups", map[bool]string{true: "locked", false: "active"}[u.Locked()], len(u.GroupIDs))
			}
			if got != want {
				t.Errorf("%s: %s is %q, want %q", how, email, got, want)
			}
		}
		p.NextRun()
		less := p.MustApply("iam_users_csv", made, with(csvOf(lineOf(t, staff, "anna@acme.example,Anna,Schmidt,Sales,,oe-viewer oe-editor\n", "")), values{"on_destroy": how}))
		check("anna@acme.example")
		p.NextRun()
		if err := b.Client.UpdateUser(t.Context(), staffOf(t, b.Client)["ben@acme.example"].ID, api.UserUpdate{
			FirstName: "Ben", LastName: "Müller", PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en",
			BackofficeUserNumber: staffOf(t, b.Client)["ben@acme.example"].BackofficeUserNumber, GroupIDs: []string{"oe-viewer", "oe-editor"},
		}); err != nil {
			t.Fatal(err)
		}
		p.NextRun()
		p.MustApply("iam_users_csv", less, nil)
		check("ben@acme.example")
	}
}

func TestUsersCSVResource_defaults(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, with(b.Config, values{"user_defaults": values{"department": "Everyone", "preferred_currency": "USD"}}))
	const text = "email,first_name,last_name,department\na@acme.example,A,B,\nb@acme.example,B,C,Own\n"
	made := p.MustApply("iam_users_csv", state{}, csvOf(text))
	users := staffOf(t, b.Client)
	if users["a@acme.example"].Department != "Everyone" || users["a@acme.example"].PreferredCurrency != "USD" || users["b@acme.example"].Department != "Own" {
		t.Errorf("users %+v", users)
	}
	noChange(t, p, "iam_users_csv", made, csvOf(text))
	// Another default shows where its column has an empty cell, and nowhere else.
	p = providertest.New(t, with(b.Config, values{"user_defaults": values{"department": "All", "preferred_currency": "GBP"}}))
	drifted, d := p.Refresh("iam_users_csv", made)
	if d.Failed() || drifted.Values["csv"] != lineOf(t, text, "A,B,", "A,B,Everyone") {
		t.Errorf("got %q, %v", drifted.Values["csv"], d)
	}
	p.MustApply("iam_users_csv", drifted, csvOf(text))
	if users = staffOf(t, b.Client); users["a@acme.example"].Department != "All" || users["a@acme.example"].PreferredCurrency != "USD" {
		t.Errorf("users %+v", users)
	}
}

func TestUsersCSVResource_guardrails(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	made := providertest.New(t, b.Config).MustApply("iam_users_csv", state{}, csvOf(staff))
	p := providertest.New(t, with(b.Config, values{"guardrails": values{"protect_users": []any{"anna@acme.example"}}}))
	for name, text := range map[string]string{
		"removed": lineOf(t, staff, "anna@acme.example,Anna,Schmidt,Sales,,oe-viewer oe-editor\n", ""),
		"lowered": lineOf(t, staff, "oe-viewer oe-editor", "oe-viewer"),
		"locked":  lineOf(t, staff, "Sales,,", "Sales,true,"),
	} {
		if _, _, d := p.Plan("iam_users_csv", made, csvOf(text)); !d.Has("error: Protected Users Lose Access", "anna@acme.example") {
			t.Errorf("%s: %v", name, d)
		}
		p.NextRun()
	}
	if _, _, d := p.Plan("iam_users_csv", made, nil); !d.Has("error: Protected Users Lose Access", "anna@acme.example") {
		t.Errorf("destroyed: %v", d)
	}
	p.NextRun()
	if _, _, d := p.Plan("iam_users_csv", made, with(csvOf(lineOf(t, staff, "Ben,", "Benjamin,")), values{"on_destroy": "keep"})); d.Failed() {
		t.Errorf("who is not protected: %v", d)
	}
}

func TestUsersCSVResource_twoOwners(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	made := p.MustApply("iam_users_csv", state{}, csvOf(staff))
	user, d := p.Import("iam_user", "anna@acme.example")
	if d.Failed() {
		t.Fatal(d)
	}
	id, _ := user.Values["id"].(string)
	for name, c := range map[string]struct {
		typeName string
		prior    state
		config   values
		want     string
	}{
		"the user":           {"iam_user", user, values{"email": "Anna@acme.example", "first_name": "Anna", "last_name": "Schmidt"}, "User Managed By Two Resources"},
		"another table":      {"iam_users_csv", state{}, csvOf(lineOf(t, staff, "Anna,", "Ann,")), "User Managed By Two Resources"},
		"its groups":         {"iam_user_groups", state{}, values{"user_id": id, "group_ids": []any{"oe-admin"}}, "Membership Managed By Two Resources"},
		"a membership":       {"iam_group_membership", state{}, values{"user_id": id, "group_id": "oe-admin"}, "Membership Managed By Two Resources"},
		"members of a group": {"iam_group_members", state{}, values{"group_id": "oe-viewer", "members": values{}}, "Membership Managed By Two Resources"},
		"what agrees":        {"iam_group_membership", state{}, values{"user_id": id, "group_id": "oe-viewer"}, ""},
		"another user":       {"iam_user", state{}, values{"email": "x@acme.example", "first_name": "X", "last_name": "Y"}, ""},
	} {
		for _, first := range []bool{true, false} {
			p.NextRun()
			p.Refresh("iam_users_csv", made)
			plan := func(typeName string, prior state, config values) providertest.Diagnostics {
				_, _, d := p.Plan(typeName, prior, config)
				return d
			}
			var before, after providertest.Diagnostics
			if first {
				before, after = plan("iam_users_csv", made, csvOf(staff)), plan(c.typeName, c.prior, c.config)
			} else {
				before, after = plan(c.typeName, c.prior, c.config), plan("iam_users_csv", made, csvOf(staff))
			}
			if before.Failed() || after.Failed() != (c.want != "") || c.want != "" && !after.Has(c.want) {
				t.Errorf("%s: %v, then %v", name, before, after)
			}
		}
	}
}

// A user who moves from one resource to another is not adopted by one and removed by the
// other, whichever is planned first.
func TestUsersCSVResource_movesApart(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_users_csv", state{}, csvOf(staff))
	user, d := p.Import("iam_user", "anna@acme.example")
	if d.Failed() {
		t.Fatal(d)
	}
	const anna = "email,first_name,last_name\nAnna@acme.example,Anna,Schmidt\n"
	others := lineOf(t, staff, "anna@acme.example,Anna,Schmidt,Sales,,oe-viewer oe-editor\n", "")
	type step struct {
		typeName string
		prior    state
		config   values
	}
	adopts := func(text string) step {
		config := csvOf(text)
		config["adopt_existing"] = true
		return step{"iam_users_csv", state{}, config}
	}
	keeps := csvOf(others)
	keeps["on_destroy"] = "keep"
	own := step{"iam_user", state{}, values{"email": "anna@acme.example", "first_name": "Anna", "last_name": "Schmidt"}}
	for name, c := range map[string]struct {
		from, to step
		fails    bool
	}{
		"a row to another table":         {step{"iam_users_csv", made, csvOf(others)}, adopts(anna), true},
		"a table to another":             {step{"iam_users_csv", made, nil}, adopts(staff), true},
		"a row to a user":                {step{"iam_users_csv", made, csvOf(others)}, own, true},
		"a user to a row":                {step{"iam_user", user, nil}, adopts(anna), true},
		"a user to another":              {step{"iam_user", user, nil}, own, true},
		"a row that is kept":             {step{"iam_users_csv", made, keeps}, adopts(anna), false},
		"a removed row, and another one": {step{"iam_users_csv", made, csvOf(others)}, adopts("email,first_name,last_name\nx@acme.example,X,Y\n"), false},
	} {
		for _, steps := range [][]step{{c.from, c.to}, {c.to, c.from}} {
			p.NextRun()
			for _, s := range steps {
				if s.prior.Values != nil {
					p.Refresh(s.typeName, s.prior)
				}
			}
			_, _, first := p.Plan(steps[0].typeName, steps[0].prior, steps[0].config)
			_, _, second := p.Plan(steps[1].typeName, steps[1].prior, steps[1].config)
			if first.Failed() || second.Failed() != c.fails || c.fails && !second.Has("User Destroyed And ", "nna@acme.example") {
				t.Errorf("%s: %v, then %v", name, first, second)
			}
		}
	}
}
