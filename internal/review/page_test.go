package review_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/review"
)

// People are grouped only if change, tenant and event are the same.
func TestWrite_apart(t *testing.T) {
	t.Parallel()
	one, two, three, four := person("a@x", loss("orders")), person("b@x", loss("orders")), person("c@x", loss("orders")), person("d@x", loss("orders"))
	two.Event = access.UserRemoved
	three.Tenant = "beta"
	r := review.Result{Tenants: []string{"acme", "beta"}, People: []review.Person{one, two, three, four}}
	text := in(t, r, review.Options{Format: "text"})
	for _, want := range []string{"  tenant acme, 2 users: a@x, d@x\n", "  tenant acme, b@x, removed\n", "  tenant beta, c@x\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("missing %q:\n%s", want, text)
		}
	}
}

// A review that fails only on unresolved changes begins with them, and names
// each address once.
func TestWrite_unresolvedFirst(t *testing.T) {
	t.Parallel()
	r := review.Result{People: []review.Person{person("a@x", gain("orders"))}, Unresolved: []review.Unresolved{{Address: "iam_user.a", Text: "one"}, {Address: "iam_user.a", Text: "two"}}}
	want := "FAIL unresolved: 2 changes are unresolved: iam_user.a\n\nUnresolved (2 changes)\n  iam_user.a: one\n  iam_user.a: two\n\nGain access (1 user)\n"
	if text := in(t, r, review.Options{Format: "text", FailOn: []string{review.NotKnown}}); !strings.HasPrefix(text, want) {
		t.Errorf("%s", text)
	}
	r.People = append(r.People, person("b@x", loss("orders")))
	if text := in(t, r, review.Options{Format: "text", FailOn: []string{review.NotKnown, review.Lost}}); strings.Index(text, "\nLose access") > strings.Index(text, "\nUnresolved") {
		t.Errorf("%s", text)
	}
}

// Formats for programs name everyone, even where formats for people name only
// the first few.
func TestWrite_everyone(t *testing.T) {
	t.Parallel()
	var r review.Result
	for i := range 9 {
		r.Unresolved = append(r.Unresolved, review.Unresolved{Address: fmt.Sprintf("iam_user.u%d", i), Text: "later"})
	}
	o := review.Options{FailOn: []string{review.NotKnown}}
	for format, shown := range map[string]bool{"text": false, "sarif": true, "junit": true} {
		o.Format = format
		_, text, _ := strings.Cut(in(t, r, o), "iam_user.u0") // after the verdict
		if got := strings.Contains(text, "iam_user.u7, iam_user.u8: later"); got != shown {
			t.Errorf("%s names everyone: %v, want %v:\n%s", format, got, shown, text)
		}
	}
}

// An acceptance is mentioned if there is something to accept. The errors of a
// plan are kept, up to a limit.
func TestWrite_notes(t *testing.T) {
	t.Parallel()
	accepted := &review.Acceptance{Person: "Jo", Reason: "meant", Date: "2026-11-30"}
	for _, o := range []review.Options{{Accepted: accepted}, {NotAccepted: "It is for another plan."}} {
		o.Format, o.Plan = "text", "sha256:1"
		o.FailOn = []string{review.Admin}
		if text := in(t, review.Result{}, o); text != "PASS admin: Nobody's access changes.\n" {
			t.Errorf("%s", text)
		}
	}
	r := review.Result{Errored: true}
	o := review.Options{Format: "text", Plan: "sha256:1", FailOn: []string{review.NotKnown}, Errors: strings.Repeat("line\n", 100), Summary: true}
	text := in(t, r, o)
	if strings.Count(text, "\n  line") != 60 || !strings.Contains(text, "Left out: 40 lines under “Terraform refused the plan”.") || strings.Contains(text, "--accept") {
		t.Errorf("%s", text)
	}
	if text := in(t, staff(), review.Options{Format: "text", Plan: "sha256:1", FailOn: []string{review.Lost}, Accepted: accepted}); strings.Contains(text, "--accept") || !strings.Contains(text, "Accepted by Jo") {
		t.Errorf("%s", text)
	}
}

// A comment folds what the review does not fail on, and none of its lines is
// long.
func TestWrite_comment(t *testing.T) {
	t.Parallel()
	text := in(t, mixed(), review.Options{Format: "markdown"})
	for _, want := range []string{"users more</summary>\n\n```diff\n", "\n```\n\n</details>\n"} {
		if strings.Count(text, want) < 2 {
			t.Errorf("missing %q:\n%s", want, text)
		}
	}
	var r review.Result
	p := person("a@x")
	for i := range 60 {
		p.Changes = append(p.Changes, gain(fmt.Sprintf("entity_%d", i)))
	}
	r.People = []review.Person{p}
	lines := strings.Split(in(t, r, review.Options{Format: "markdown"}), "\n")
	for _, line := range lines {
		if len(line) > 96 {
			t.Errorf("a line has %d characters: %s", len(line), line)
		}
	}
	if !strings.HasPrefix(lines[7], "+     entity_") || len(lines[7]) < 80 {
		t.Errorf("the line goes on as %q", lines[7])
	}
}

// In every format for programs, only what a review fails on is an error.
func TestWrite_programs(t *testing.T) {
	t.Parallel()
	r := staff()
	r.Errored = true
	r.People[4].Changes[0].VendorID = "v1"
	o := review.Options{FailOn: []string{review.Admin, review.NotKnown}}
	lacks := func(format string, want ...string) {
		t.Helper()
		o.Format = format
		text := in(t, r, o)
		for _, want := range want {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %q:\n%s", format, want, text)
			}
		}
	}
	lacks("json", "\"failed\": [\n    \"admin\",\n    \"unresolved\"\n  ]", "\"happens\": [\n    \"lost\",", `"loss": true`, `"loss": false`, `"vendor_id": "v1"`)
	lacks("sarif", "\"ruleId\": \"plan-errored\",\n          \"level\": \"error\"", "\"ruleId\": \"unresolved\",\n          \"level\": \"error\"", "\"ruleId\": \"loses-access\",\n          \"level\": \"warning\"")
	lacks("junit", "iam_user.a, iam_user.b: later</failure>")
	if text := in(t, r, o); strings.Contains(text, "ann@acme.example, removed: loses") {
		t.Errorf("a user that the review does not fail on is a failure:\n%s", text)
	}
	r.Errored = false
	o.Accepted = &review.Acceptance{Person: "Jo", Reason: "meant", Date: "2026-11-30"}
	o.Format = "sarif"
	if text := in(t, r, o); strings.Contains(text, `"level": "error"`) {
		t.Errorf("an accepted review has errors:\n%s", text)
	}
}

// A small review is complete: nothing is folded or cut, there are no hints, and
// no section is empty.
func TestWrite_whole(t *testing.T) {
	t.Parallel()
	r := review.Result{Tenants: []string{"acme"}, People: []review.Person{person("ann@acme.example", loss("orders"))}, Unresolved: []review.Unresolved{{Address: "iam_user.a", Text: "later"}}}
	const verdict = " 1 user loses access; 1 change is unresolved.\n"
	comment := "**PASS admin:**" + verdict + "\n**Lose access (1 user)**\n\n```diff\n  ann@acme.example\n- loses read on orders through Clerks (clerks)\n```\n\n**Unresolved (1 change)**\n\n```text\niam_user.a: later\n```\n"
	text := "PASS admin:" + verdict + "\nLose access (1 user)\n  ann@acme.example\n    - loses read on orders through Clerks (clerks)\n\nUnresolved (1 change)\n  iam_user.a: later\n"
	o := review.Options{FailOn: []string{review.Admin}}
	for format, want := range map[string]string{"markdown": comment, "text": text} {
		o.Format = format
		for _, o.MaxBytes = range []int{0, len(want), len(want) + 1} {
			if got := in(t, r, o); got != want {
				t.Errorf("with a limit of %d bytes:\n%s", o.MaxBytes, got)
			}
		}
		o.MaxBytes = len(want) - 1
		cut := in(t, r, o)
		if o.MaxBytes = len(cut); !strings.Contains(cut, "Left out: ") || in(t, r, o) != cut {
			t.Errorf("one byte less: got\n%s\nwant\n%s", cut, in(t, r, o))
		}
		o.MaxBytes = 0
	}
	o.Format = "junit"
	if got := in(t, review.Result{}, o); !strings.Contains(got, "<system-out>PASS admin: Nobody&#39;s access changes.\n</system-out>") {
		t.Errorf("%s", got)
	}
	o.Accepted = &review.Acceptance{Person: "Jo", Reason: "meant"}
	o.FailOn = []string{review.Lost}
	if got := in(t, r, o); !strings.Contains(got, `<testsuites tests="4" failures="0" skipped="4">`) {
		t.Errorf("accepted:\n%s", got)
	}
	o.Format = "json"
	if got := in(t, r, o); !strings.Contains(got, `"errors": [],`) {
		t.Errorf("without errors:\n%s", got)
	}
	o.Errors = "\nError: no\n\nAt all.\n"
	if got := in(t, r, o); !strings.Contains(got, "\"errors\": [\n    \"Error: no\",\n    \"\",\n    \"At all.\"\n  ],") {
		t.Errorf("with errors:\n%s", got)
	}
}

// A section shows 24 lines before it folds the rest, and a longer first item
// completely.
func TestWrite_folds(t *testing.T) {
	t.Parallel()
	comment := func(r review.Result) string { return in(t, r, review.Options{Format: "markdown"}) }
	var r review.Result
	for i := range 24 {
		r.Unresolved = append(r.Unresolved, review.Unresolved{Address: "iam_user.a", Text: fmt.Sprintf("reason %d", i)})
	}
	if text := comment(r); strings.Contains(text, "<details>") {
		t.Errorf("24 lines are folded:\n%s", text)
	}
	r.Unresolved = append(r.Unresolved, review.Unresolved{Address: "iam_user.a", Text: "one more"})
	if text := comment(r); !strings.Contains(text, "reason 23\n```\n\n<details><summary>1 change more</summary>\n\n```text\niam_user.a: one more\n") {
		t.Errorf("of 25 lines one is folded:\n%s", text)
	}
	long := person("ann@acme.example")
	for i := range 30 {
		c := gain("orders")
		c.Restrictions = []string{fmt.Sprintf("S%d", i)}
		long.Changes = append(long.Changes, c)
	}
	if text := comment(review.Result{People: []review.Person{long}}); !strings.Contains(text, "**Gain access (1 user)**\n\n\n<details><summary>1 user</summary>\n\n```diff\n  ann@acme.example\n") {
		t.Errorf("a long item is not folded:\n%s", text)
	}
	// A line of a comment is wrapped at 96 characters.
	room := strings.Repeat("x", 80)
	for last, want := range map[string]string{"abc": "iam_user.a: " + room + " abc\n", "abcd": "iam_user.a: " + room + "\n    abcd\n"} {
		if text := comment(review.Result{Unresolved: []review.Unresolved{{Address: "iam_user.a", Text: room + " " + last}}}); !strings.Contains(text, want) {
			t.Errorf("missing %q:\n%s", want, text)
		}
	}
}

// Five people are named if the review does not fail on them.
func TestWrite_firstNames(t *testing.T) {
	t.Parallel()
	for n, want := range map[int][2]string{
		5: {"5 users: u0@x, u1@x, u2@x, u3@x, u4@x\n", "  a0, a1, a2, a3, a4: later\n"},
		6: {"6 users: u0@x, u1@x, u2@x, u3@x, u4@x and 1 more\n", "  a0, a1, a2, a3, a4 and 1 more: later\n"},
	} {
		var r review.Result
		for i := range n {
			r.People = append(r.People, person(fmt.Sprintf("u%d@x", i), loss("orders")))
			r.Unresolved = append(r.Unresolved, review.Unresolved{Address: fmt.Sprintf("a%d", i), Text: "later"})
		}
		text := in(t, r, review.Options{Format: "text"})
		if !strings.Contains(text, want[0]) || !strings.Contains(text, want[1]) {
			t.Errorf("of %d:\n%s", n, text)
		}
	}
}
