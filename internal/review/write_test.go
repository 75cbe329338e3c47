package review_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/review"
)

// in returns a result in a format.
func in(t *testing.T, r review.Result, o review.Options) string {
	t.Helper()
	var b strings.Builder
	if err := r.Write(&b, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// person returns a user of the tenant acme with these changes.
func person(email string, changes ...access.Change) review.Person {
	return review.Person{Tenant: "acme", UserChange: access.UserChange{User: access.StateUser{ID: email, Email: email}, Changes: changes}}
}

// The changes that the tests use.
func gain(entity string) access.Change {
	return access.Change{Kind: access.Gained, Entity: entity, After: access.Read, From: "none", To: "read", Groups: []access.GroupRef{{ID: "clerks", Name: "Clerks"}}}
}

func loss(entity string) access.Change {
	return access.Change{Kind: access.Lost, Entity: entity, Before: access.Read, From: "read", To: "none", Loss: true, Groups: []access.GroupRef{{ID: "clerks", Name: "Clerks"}}}
}

func lifted() access.Change {
	return access.Change{Kind: access.Raised, Entity: "orders", Before: access.Read, After: access.Manage, From: "read", To: "manage", Except: []string{"DE"}}
}

// admin and noAdmin come from a comparison, because only a comparison sets the
// administrator flag.
func admin() access.Change { return adminChange(access.None, access.Manage) }

func noAdmin() access.Change { return adminChange(access.Manage, access.Read) }

func adminChange(before, after access.Level) access.Change {
	subject := func(level access.Level) access.Subject {
		controls := access.ControlIDs(access.FromMap(map[string]access.Level{"users_and_groups": level}))
		return access.Rights{}.Compile([]access.Group{{ID: "admins", Controls: controls}}).Subject(false, "admins")
	}
	for _, c := range access.CompareSubjects(subject(before), subject(after)) {
		if c.Entity == "users_and_groups" {
			return c
		}
	}
	panic("the levels are the same")
}

// mixed is a plan with different changes for many users, in the middle of which
// zoe becomes an administrator.
func mixed() review.Result {
	r := review.Result{Tenants: []string{"acme"}}
	for i := range 299 {
		kind := []func(string) access.Change{gain, loss}[i%2]
		r.People = append(r.People, person(fmt.Sprintf("u%03d@acme.example", i), kind(fmt.Sprintf("entity_%d", i/3)), gain("carts")))
	}
	zoe := person("zoe@acme.example", loss("carts"), gain("orders"), admin())
	r.People = slices.Insert(r.People, 150, zoe)
	for i := range 40 {
		r.Findings = append(r.Findings, review.Finding{Finding: access.Finding{Email: fmt.Sprintf("u%03d@acme.example", i), Text: fmt.Sprintf("Finding %d.", i)}})
		r.Unresolved = append(r.Unresolved, review.Unresolved{Address: fmt.Sprintf("iam_user.u%d", i), Text: fmt.Sprintf("reason %d", i%20)})
	}
	return r
}

// The person that a review fails on is in the first lines of a comment, however
// large the plan is.
func TestReview_markdown(t *testing.T) {
	t.Parallel()
	text := in(t, mixed(), review.Options{Format: "markdown", FailOn: []string{review.Admin}, MaxBytes: review.MaxComment})
	first := strings.Split(text, "\n")[:10]
	want := []string{
		"**FAIL admin:** 1 user becomes administrator: `zoe@acme.example`", "",
		"**Become administrators (1 user)**", "",
		"```diff", "  zoe@acme.example", "+ gains manage on users_and_groups through admins",
		"- loses read on carts through Clerks (clerks)", "+ gains read on orders through Clerks (clerks)", "```",
	}
	if !slices.Equal(first, want) {
		t.Errorf("the comment begins with\n%s", strings.Join(first, "\n"))
	}
}

// staff is a result with a change under every heading.
func staff() review.Result {
	eve := person("eve@acme.example", gain("orders"), gain("carts"), admin())
	eve.User.Name, eve.Event = "Eve Adams", access.UserAdded
	ann := person("ann@acme.example", loss("orders"))
	ann.Event = access.UserRemoved
	idle := person("idle@acme.example")
	idle.Event = access.UserLocked
	return review.Result{
		Tenants: []string{"acme"},
		People: []review.Person{
			ann, person("ben@acme.example", loss("orders"), loss("carts")), person("cleo@acme.example", loss("orders"), loss("carts")),
			eve, person("gus@acme.example", gain("orders")), idle, person("lisa@acme.example", lifted()), person("old@acme.example", noAdmin()),
		},
		Findings:   []review.Finding{{Tenant: "acme", Finding: access.Finding{Email: "eve@acme.example", Text: "Look."}}, {Tenant: "acme", Finding: access.Finding{Groups: []string{"g"}, Text: "Look."}}},
		Unresolved: []review.Unresolved{{Tenant: "acme", Address: "iam_user.a", Text: "later"}, {Tenant: "acme", Address: "iam_user.b", Text: "later"}},
	}
}

// The verdict comes first, followed by the changes, worst first. People with
// the same changes are grouped.
func TestWrite_text(t *testing.T) {
	t.Parallel()
	want := `FAIL admin, lost: 1 user becomes administrator: eve@acme.example; 1 user loses administrator rights: old@acme.example; 4 users lose access: ann@acme.example, ben@acme.example, cleo@acme.example, old@acme.example

Become administrators (1 user)
  eve@acme.example (Eve Adams), added
    + gains manage on users_and_groups through admins
    + gains read on orders, carts through Clerks (clerks)

Restrictions lifted (1 user)
  lisa@acme.example
    + is raised from read to manage on orders except for records with DE

Lose administrator rights (1 user)
  old@acme.example
    - is lowered from manage to read on users_and_groups through admins

Lose access (3 users)
  ann@acme.example, removed
    - loses read on orders through Clerks (clerks)
  2 users: ben@acme.example, cleo@acme.example
    - loses read on orders, carts through Clerks (clerks)

Gain access (1 user)
  gus@acme.example
    + gains read on orders through Clerks (clerks)

Access does not change (1 user)
  idle@acme.example, locked

Unresolved (2 changes)
  iam_user.a, iam_user.b: later

New findings (2 findings)
  eve@acme.example, group g: Look.
`
	if got := in(t, staff(), review.Options{Format: "text", FailOn: []string{review.Lost, review.Admin}}); got != want {
		t.Errorf("got:\n%s", got)
	}
	two := staff()
	two.Tenants = []string{"acme", "beta"}
	two.People[3].Tenant = "beta"
	text := in(t, two, review.Options{Format: "text", FailOn: []string{review.Admin}})
	for _, want := range []string{"administrator: eve@acme.example in beta; ", "  tenant beta, eve@acme.example (Eve Adams), added\n", "  tenant acme, gus@acme.example\n", "  iam_user.a in acme, iam_user.b in acme: later\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("missing %q:\n%s", want, text)
		}
	}
}

// Under a heading, the most severe change comes first.
func TestWrite_order(t *testing.T) {
	t.Parallel()
	change := func(kind access.ChangeKind, before, after access.Level) access.Change {
		return access.Change{Kind: kind, Entity: string(kind), Before: before, After: after, From: before.String(), To: after.String(), Loss: after < before}
	}
	r := review.Result{People: []review.Person{
		person("a@acme.example", change(access.Raised, access.Read, access.Manage)),
		person("b@acme.example", gain("orders")),
		person("c@acme.example", change(access.Lowered, access.Manage, access.Read)),
		person("d@acme.example", change(access.Restricted, access.Read, access.None)),
		person("e@acme.example", loss("orders")),
		person("f@acme.example", loss("orders"), noAdmin()),
		person("g@acme.example", gain("carts"), change(access.Unrestricted, access.None, access.Read)),
		person("h@acme.example", gain("carts"), admin()),
	}}
	text := in(t, r, review.Options{Format: "text"})
	order := strings.Join(regexp.MustCompile(`(?m)^  ([a-h])@`).FindAllString(text, -1), "")
	if got := strings.NewReplacer(" ", "", "@", "").Replace(order); got != "hgfedcba" {
		t.Errorf("the order is %s:\n%s", got, text)
	}
	// The changes of one person have the same order, and people that the review
	// fails on come first.
	if at := strings.Index(text, "h@acme.example\n    + gains manage on users_and_groups"); at < 0 {
		t.Errorf("%s", text)
	}
	r.People = append(r.People, person("z@acme.example", gain("carts"), loss("media"), lifted()))
	if text := in(t, r, review.Options{Format: "text", FailOn: []string{review.Lost}}); strings.Index(text, "  z@acme.example") > strings.Index(text, "  g@acme.example") {
		t.Errorf("%s", text)
	}
}

func TestResult_Verdict(t *testing.T) {
	t.Parallel()
	all := review.Kinds()
	many := review.Result{}
	for i := range 12 {
		many.People = append(many.People, person(fmt.Sprintf("u%02d@x", i), loss("orders")))
	}
	for _, c := range []struct {
		r    review.Result
		o    review.Options
		want string
	}{
		{review.Result{}, review.Options{}, "Nobody's access changes."},
		{review.Result{}, review.Options{FailOn: all}, "PASS admin, unrestricted, lost, unresolved: Nobody's access changes."},
		{review.Result{Unresolved: []review.Unresolved{{}}}, review.Options{}, "No change of access is known; 1 change is unresolved."},
		{review.Result{Errored: true}, review.Options{FailOn: []string{review.NotKnown}}, "FAIL unresolved: the plan failed and is incomplete"},
		{staff(), review.Options{}, "1 user becomes administrator; 1 user has a restriction lifted; 1 user loses administrator rights; 4 users lose access; 3 users gain access; 1 added; 1 removed; 1 locked; 2 changes are unresolved."},
		{staff(), review.Options{FailOn: []string{review.Lifted}}, "FAIL unrestricted: 1 user has a restriction lifted: lisa@acme.example"},
		{staff(), review.Options{FailOn: []string{review.NotKnown}}, "FAIL unresolved: 2 changes are unresolved: iam_user.a, iam_user.b"},
		{staff(), review.Options{FailOn: []string{review.Lifted}, Accepted: &review.Acceptance{}}, "ACCEPTED unrestricted: 1 user has a restriction lifted: lisa@acme.example"},
		{many, review.Options{FailOn: all}, "FAIL lost: 12 users lose access: u00@x, u01@x, u02@x, u03@x, u04@x, u05@x, u06@x, u07@x, u08@x, u09@x and 2 more"},
	} {
		if got := c.r.Verdict(c.o); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

// What is cut is counted. What the review fails on is never cut or folded, and
// all of those people are named.
func TestWrite_cut(t *testing.T) {
	t.Parallel()
	r := mixed()
	for i := range 80 {
		r.People = append(r.People, person(fmt.Sprintf("boss%d@acme.example", i), admin()))
	}
	for _, o := range []review.Options{
		{Format: "text", Summary: true},
		{Format: "markdown", Summary: true},
		{Format: "text", MaxBytes: 1},
		{Format: "markdown", MaxBytes: 1},
		{Format: "text", MaxBytes: 9000},
		{Format: "markdown", MaxBytes: 9000},
		{Format: "markdown"},
		{Format: "text"},
	} {
		o.FailOn = []string{review.Admin}
		text := in(t, r, o)
		open, _, _ := strings.Cut(text, "<details>")
		for i := range 80 {
			if !strings.Contains(open, fmt.Sprintf("boss%d@acme.example", i)) {
				t.Errorf("%+v: boss%d is missing:\n%s", o, i, text)
			}
		}
		shown := strings.Count(text, "+ gains read on carts")
		switch {
		case o.Summary || o.MaxBytes == 1:
			if shown != 0 || strings.Contains(text, "Lose access (") || !strings.Contains(text, "Left out: 149 users under “Lose access”; 150 users under “Gain access”; 40 changes under “Unresolved”; 40 findings under “New findings”.") {
				t.Errorf("%+v: %d are shown:\n%s", o, shown, text)
			}
		case o.MaxBytes > 0:
			exact := o
			exact.MaxBytes = len(text)
			if in(t, r, exact) != text {
				t.Errorf("%+v: cut although the limit is its own length of %d bytes", o, len(text))
			}
			if shown < 20 || shown > 99 || len(text) > o.MaxBytes || len(text) < o.MaxBytes-200 || !strings.Contains(text, "Lose access (149 users, ") || !strings.Contains(text, "150 users under “Gain access”") {
				t.Errorf("%+v: %d are shown, %d bytes:\n%s", o, shown, len(text), text)
			}
		default:
			if shown != 100 || strings.Contains(text, "Left out") { // of 149 who lose access, most in pairs
				t.Errorf("%+v: %d are shown:\n%s", o, shown, text)
			}
		}
	}
}

// The review of a plan that Terraform refused says so first.
func TestWrite_errors(t *testing.T) {
	t.Parallel()
	r := staff()
	r.Errored = true
	for format, want := range map[string]string{
		"text":     "FAIL unresolved: the plan failed and is incomplete; 2 changes are unresolved: iam_user.a, iam_user.b\nThe plan failed and is incomplete: this review covers only what it contains.\n\nTerraform refused the plan\n  Error: no\n  ```\n",
		"markdown": "**FAIL unresolved:** the plan failed and is incomplete; 2 changes are unresolved: `iam_user.a`, `iam_user.b`\n\nThe plan failed and is incomplete: this review covers only what it contains.\n\n**Terraform refused the plan**\n\n````text\nError: no\n```\n````\n",
	} {
		if text := in(t, r, review.Options{Format: format, FailOn: []string{review.NotKnown}, Errors: "\nError: no\r\n```\n\n"}); !strings.HasPrefix(text, want) {
			t.Errorf("%s", text)
		}
	}
}

func TestWrite_tables(t *testing.T) {
	t.Parallel()
	table := in(t, staff(), review.Options{Format: "csv"})
	for _, want := range []string{
		"tenant,email,user_id,name,event,kind,area,entity,before,after,restrictions,except,vendor_id,scopes,groups\r\n",
		"acme,eve@acme.example,eve@acme.example,Eve Adams,added,gained,,users_and_groups,none,manage,,,,,admins\r\n",
		"acme,lisa@acme.example,lisa@acme.example,,,raised,,orders,read,manage,,DE,,,\r\n",
		"acme,idle@acme.example,idle@acme.example,,locked,,,,,,,,,,\r\n",
	} {
		if !strings.Contains(table, want) {
			t.Errorf("missing %q:\n%s", want, table)
		}
	}
	o := review.Options{Format: "junit", FailOn: []string{review.Admin, review.Lost}}
	report := in(t, staff(), o)
	for _, want := range []string{
		`<testsuites tests="4" failures="2" skipped="2">`,
		`<testcase classname="review" name="admin">` + "\n      " + `<failure type="admin" message="1 user becomes administrator: eve@acme.example; 1 user loses administrator rights: old@acme.example">eve@acme.example (Eve Adams), added: gains manage on users_and_groups`,
		`<testcase classname="review" name="unrestricted">` + "\n      " + `<skipped message="not in --fail-on"></skipped>`,
		"<system-out>FAIL admin, lost: 1 user becomes administrator", "\n    - loses read on orders through Clerks (clerks)\n",
	} {
		if !strings.Contains(report, want) {
			t.Errorf("missing %q:\n%s", want, report)
		}
	}
	o.Accepted = &review.Acceptance{Person: "Jo", Reason: "meant"}
	if report := in(t, staff(), o); strings.Contains(report, "<failure") || strings.Count(report, `"accepted by Jo: meant"`) != 2 {
		t.Errorf("accepted:\n%s", report)
	}
	o.Format, o.Accepted = "sarif", nil
	log := in(t, staff(), o)
	for level, want := range map[string]int{"error": 4, "warning": 3, "note": 2} {
		if got := strings.Count(log, `"level": "`+level+`"`); got != want {
			t.Errorf("%d results are %s, want %d:\n%s", got, level, want, log)
		}
	}
}

func TestOptions_Check(t *testing.T) {
	t.Parallel()
	for want, o := range map[string]review.Options{
		"--format must be text, markdown, html, json, csv, sarif or junit": {Format: "pdf"},
		"--fail-on accepts lost, admin, unrestricted or unresolved":        {Format: "text", FailOn: []string{"gained"}},
		"csv is always complete":  {Format: "csv", Summary: true},
		"json is always complete": {Format: "json", MaxBytes: 9},
		"not -1":                  {Format: "text", MaxBytes: -1},
	} {
		var b strings.Builder
		if err := (review.Result{}).Write(&b, o); err == nil || !strings.Contains(err.Error(), want) || b.Len() > 0 {
			t.Errorf("%+v: %v, %q", o, err, b.String())
		}
	}
}
