package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/cli"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/server/embedded"
)

// reviewText reviews a plan and returns what it prints.
func reviewText(t *testing.T, plan string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	env := cli.Env{Stdin: strings.NewReader(plan), Stdout: &out, Stderr: &errs, Getenv: func(string) string { return "" }}
	code = cli.Run(t.Context(), env, append([]string{"review"}, args...))
	return out.String(), errs.String(), code
}

// planOf is a plan with these changes.
func planOf(t *testing.T, changes ...map[string]any) string {
	t.Helper()
	text, err := json.Marshal(map[string]any{"format_version": "1.2", "resource_changes": append([]map[string]any{}, changes...)})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// change is a change of a plan whose address is TYPE.NAME.
func change(address, action string, before, after, unknown map[string]any) map[string]any {
	resourceType, name, _ := strings.Cut(address, ".")
	return map[string]any{"address": address, "mode": "managed", "type": resourceType, "name": name, "change": map[string]any{
		"actions": strings.Split(action, ","), "before": before, "after": after, "after_unknown": unknown,
	}}
}

type m = map[string]any

// staffed makes a tenant whose group "clerks" starts from a template of its own
// and has many members, and returns the path of its database.
func staffed(t *testing.T, members int) (path string) {
	t.Helper()
	path = made(t)
	b, err := embedded.Open(t.Context(), embedded.Options{Path: path, Tenant: "acme"})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	c, err := client.New(client.Options{BaseURL: embedded.BaseURL, Tenant: "acme", Transport: b, AccessToken: b.Token()})
	if err != nil {
		t.Fatal(err)
	}
	for id, body := range map[string]api.TemplateUpdate{
		"base": {Name: api.Text{"en": "Base"}, Access: map[string]string{"orders": "read"}},
	} {
		if _, err := c.PutTemplate(t.Context(), id, body); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.PutTemplate(t.Context(), "clerk", api.TemplateUpdate{Name: api.Text{"en": "Clerk"}, BasedOn: "base", Access: map[string]string{"products": "read"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.CreateGroup(t.Context(), api.GroupCreate{ID: "clerks", Name: api.Text{"en": "Clerks"}, AccessControls: []string{}, Templates: []string{"clerk"}}); err != nil {
		t.Fatal(err)
	}
	addUsers(t.Context(), t, c, members)
	return path
}

func addUsers(ctx context.Context, t *testing.T, c *client.Client, n int) {
	t.Helper()
	for i := range n {
		_, err := c.CreateUser(ctx, api.UserCreate{
			FirstName: "Clerk", LastName: fmt.Sprint(i), ContactEmail: fmt.Sprintf("clerk%03d@acme.example", i),
			PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{"clerks"},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// One level of a template that another is based on, in a group of 300 users that
// no plan says anything of: the review names the users, in one entry.
func TestReview_template(t *testing.T) {
	t.Parallel()
	path := staffed(t, 300)
	plan := planOf(t, change("iam_role_template.base", "update",
		m{"id": "base", "effective_access": m{"orders": "read", "carts": "read"}},
		m{"id": "base", "effective_access": m{"orders": "manage", "carts": "manage"}}, m{}))
	online := []string{"--embedded", path, "--tenant", "acme"}
	text, stderr, code := reviewText(t, plan, online...)
	want := "300 users gain access, 0 users lose access.\n\n" +
		"300 users: clerk000@acme.example, clerk001@acme.example, clerk002@acme.example, clerk003@acme.example, clerk004@acme.example and 295 more\n" +
		"  + is raised from read to manage on carts, orders through Clerks (clerks)\n"
	if code != 0 || !strings.HasPrefix(text, want) {
		t.Errorf("code %d, %s, %s", code, stderr, text)
	}
	r := reviewJSON(t, []byte(plan), online...)
	if len(r.Users) != 300 || r.Users[299].Email != "clerk299@acme.example" || len(r.Users[0].Changes) != 2 {
		t.Errorf("the review as JSON: %+v", r)
	}
	table, _, _ := reviewText(t, plan, append(online, "--format", "csv")...)
	if n := strings.Count(table, "\r\n"); n != 601 || !strings.Contains(table, "Clerk 7,,raised,orders,read,manage,,,clerks\r\n") {
		t.Errorf("the review as CSV has %d lines: %.400s", n, table)
	}
}

// References to users and groups that are not there yet are followed through
// modules, for_each and count.
func TestReview_references(t *testing.T) {
	t.Parallel()
	plan, err := os.ReadFile("testdata/plan_modules.json")
	if err != nil {
		t.Fatal(err)
	}
	r := reviewJSON(t, plan, "--offline")
	if len(r.Unresolved) > 0 || len(r.Users) != 5 {
		t.Fatalf("%+v", r)
	}
	has := func(email, entity, level, group string) {
		t.Helper()
		for _, u := range r.Users {
			for _, c := range u.Changes {
				if u.Email == email && u.Event == "added" && c.Entity == entity && c.After == level && c.Groups[0].ID == group {
					return
				}
			}
		}
		t.Errorf("%s has no %s on %s through %s", email, level, entity, group)
	}
	has("anna@acme.example", "customers", "manage", "sales")         // by the key of members
	has("ben@acme.example", "forms", "read", "oe-viewer")            // group_ids, the known part
	has("ben@acme.example", "orders", "read", "iam_group.orders")    // and the unknown one
	has("cleo@acme.example", "forms", "edit", "oe-editor")           // each.value
	has("cleo@acme.example", "orders", "read", "iam_group.orders")   // each.key, and a variable of the module
	has("cleo@acme.example", "companies", "read", "iam_group.extra") // an output of the module
	has("user1@acme.example", "orders", "read", "iam_group.orders")  // count.index
	has("user1@acme.example", "customers", "manage", "sales")        // among others
}

// Everything that a review can fail on, and what it says of it.
func TestReview_failOn(t *testing.T) {
	t.Parallel()
	group := func(access m, restrictions ...string) m {
		return m{"id": "g", "name": m{"en": "G"}, "user_type": "EMPLOYEE", "effective_access": access, "restrictions": restrictions}
	}
	type c = map[string]any
	for _, test := range []struct {
		name          string
		before, after m
		happens       string
		text          string
	}{
		{"gained", group(m{}), group(m{"orders": "read"}), "", "+ gains read on orders through G (g)"},
		{"lost", group(m{"orders": "read"}), group(m{}), "lost", "- loses read on orders through G (g)"},
		{"lowered", group(m{"orders": "manage"}), group(m{"orders": "read"}), "lost", "- is lowered from manage to read on orders"},
		{"narrowed", group(m{"orders": "read"}), group(m{"orders": "read"}, "DE"), "lost", "- loses read on orders except for records with DE through G (g)"},
		{"lifted", group(m{"orders": "read"}, "DE"), group(m{"orders": "read"}), "unrestricted", "+ gains read on orders except for records with DE through G (g)"},
		{"admin", group(m{"users_and_groups": "read"}), group(m{"users_and_groups": "manage"}), "admin", "from read to manage on users_and_groups"},
		{"no admin", group(m{"users_and_groups": "manage"}), group(m{"users_and_groups": "read"}), "lost admin", "from manage to read on users_and_groups"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			plan := m{
				"format_version": "1.2",
				"prior_state": c{"values": c{"root_module": c{"resources": []any{
					c{"mode": "managed", "type": "iam_group", "values": test.before},
					c{"mode": "managed", "type": "iam_user", "values": c{"id": "1", "email": "a@acme.example", "first_name": "A", "last_name": "B", "group_ids": []string{"g"}}},
				}}}},
				"resource_changes": []any{change("iam_group.g", "update", test.before, test.after, m{})},
			}
			text, _ := json.Marshal(plan)
			r := reviewJSON(t, text, "--offline")
			if got := strings.Join(r.Happens, " "); got != test.happens {
				t.Errorf("what happens is %q, want %q", got, test.happens)
			}
			for _, name := range []string{"lost", "admin", "unrestricted"} {
				out, stderr, code := reviewText(t, string(text), "--offline", "--fail-on", name)
				want := 0
				if strings.Contains(test.happens, name) {
					want = 2
				}
				if code != want || !strings.Contains(out, test.text) || (code == 2) != strings.Contains(stderr, "failed on "+name) {
					t.Errorf("--fail-on %s: code %d, want %d; %s%s", name, code, want, stderr, out)
				}
			}
		})
	}
}

// What is not known before the apply is told, and can be failed on.
func TestReview_unresolved(t *testing.T) {
	t.Parallel()
	path := staffed(t, 2)
	plan := planOf(t,
		change("iam_group_membership.x", "create", nil, m{"group_id": "clerks"}, m{"user_id": true, "id": true}),
		change("iam_group_membership.y", "create", nil, m{"user_id": "nobody", "group_id": "clerks"}, m{}),
		change("iam_group_members.x", "create", nil, m{"group_id": "clerks", "members": m{}}, m{"members": m{"clerk001@ACME.example": true, "new@acme.example": true}}),
		change("iam_user.x", "create", nil, m{"first_name": "N", "last_name": "N"}, m{"email": true}),
		change("iam_user_groups.x", "create", nil, m{}, m{"user_id": true, "group_ids": true}),
		change("iam_group.x", "create", nil, m{"name": m{"de": "X"}}, m{"id": true, "effective_access": true}),
		change("iam_group.y", "delete", m{"id": "clerks"}, nil, m{}),
	)
	text, stderr, code := reviewText(t, plan, "--embedded", path, "--tenant", "acme", "--fail-on", "unresolved")
	if code != 2 || !strings.Contains(stderr, "failed on unresolved") {
		t.Errorf("code %d: %s", code, stderr)
	}
	for _, want := range []string{
		"iam_group_membership.x: the user is not known before the apply\n",
		"iam_group_membership.y: there is no user with the id nobody\n",
		"iam_group_members.x: no user new@acme.example is known before the apply\n",
		"iam_user.x: the e-mail is not known before the apply",
		"iam_user_groups.x: the user is not known before the apply\n",
		"iam_group.x: the access that the group gives is not known before the apply\n",
		"iam_group.y: the group still has members (2)",
		"2 users: clerk000@acme.example, clerk001@acme.example\n  - loses read",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("it lacks %q:\n%s", want, text)
		}
	}
}

// A comment shows names as they are and stays short.
func TestReview_markdown(t *testing.T) {
	t.Parallel()
	var changes []map[string]any
	for i := range 2000 {
		changes = append(changes, change(fmt.Sprintf("iam_user.u%d", i), "create", nil, m{
			"email": fmt.Sprintf("u%04d@acme.example", i), "first_name": "<b>|", "last_name": "@team", "group_ids": []string{"oe-viewer"}, "locked": i%2 == 0,
		}, m{"id": true}))
	}
	for i := range 500 {
		changes = append(changes,
			change(fmt.Sprintf("iam_group.g%d", i), "create", nil, m{"id": fmt.Sprintf("g%d", i), "name": m{"en": "G"}, "effective_access": m{"orders": "read"}}, m{}),
			change(fmt.Sprintf("iam_user_groups.u%d", i), "create", nil, m{"user_id": "x", "group_ids": []string{}}, m{}))
	}
	text, stderr, code := reviewText(t, planOf(t, changes...), "--offline", "--format", "markdown")
	if code != 0 || len(text) > 65_000 || !strings.HasPrefix(text, "**Access review:** 1000 users gain access, 0 users lose access; 2000 added.\n") {
		t.Errorf("code %d, %s, %d bytes: %.300s", code, stderr, len(text), text)
	}
	for _, want := range []string{"| gained | read | business_rules, ", "**New findings**\n", "<details><summary>Not reviewed, or to look at (500)</summary>"} {
		if !strings.Contains(text, want) {
			t.Errorf("it lacks %q: %.3000s", want, text)
		}
	}
	single := planOf(t, changes[1])
	text, _, _ = reviewText(t, single, "--offline", "--format", "markdown")
	if !strings.Contains(text, "**u0001@acme.example (&lt;b&gt;&#124; @\u200bteam), added**") {
		t.Errorf("the name shows as %s", text)
	}
}

// What is no plan is refused with what to do.
func TestReview_refused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		plan string
		args []string
		code int
		want string
	}{
		{"", []string{"--offline"}, 1, "terraform show -json plan.out |"},
		{"PK\x03\x04", []string{"--offline"}, 1, "a saved plan, not its JSON"},
		{"{", []string{"--offline"}, 1, "reading the plan"},
		{`{"hello": 1}`, []string{"--offline"}, 1, "format_version"},
		{`{"format_version": "1.0", "values": {}}`, []string{"--offline"}, 1, "this is a state and no plan"},
		{planOf(t), []string{"--offline", "testdata/nothing.json"}, 1, "nothing.json"},
		{planOf(t), []string{"a", "b"}, 2, "one file"},
		{planOf(t), nil, 2, "--offline"},
		{planOf(t), []string{"--offline", "--format", "pdf"}, 2, "text, markdown, json or csv"},
		{planOf(t), []string{"--offline", "--fail-on", "lost,gained"}, 2, `"gained" is none of`},
	} {
		if _, stderr, code := reviewText(t, c.plan, c.args...); code != c.code || !strings.Contains(stderr, c.want) {
			t.Errorf("%q %v: code %d, %s", c.plan, c.args, code, stderr)
		}
	}
	if out, _, code := reviewText(t, planOf(t), "--offline", "-"); code != 0 || out != "Nobody's access changes.\n" {
		t.Errorf("a plan without changes: code %d, %s", code, out)
	}
}

// A table that keeps its users takes nothing from anybody when it goes, nor does
// one that is replaced.
func TestReview_keptUsers(t *testing.T) {
	t.Parallel()
	path := staffed(t, 1)
	table := func(onDestroy string) m {
		return m{"csv": "email,first_name,last_name\nclerk000@acme.example,C,0\n", "on_destroy": onDestroy}
	}
	for _, c := range []m{change("iam_users_csv.k", "delete", table("keep"), nil, m{}), change("iam_users_csv.r", "delete,create", table("remove"), table("remove"), m{})} {
		if out, _, code := reviewText(t, planOf(t, c), "--embedded", path, "--tenant", "acme"); code != 0 || out != "Nobody's access changes.\n" {
			t.Errorf("%v: code %d, %s", c, code, out)
		}
	}
}

// Every action of a plan: replaced, moved, forgotten, deferred; and users of a
// table.
func TestReview_actions(t *testing.T) {
	t.Parallel()
	path := staffed(t, 2)
	csv := func(text string) m { return m{"csv": text, "on_destroy": "remove"} }
	moved := change("iam_group.moved", "no-op", m{"id": "clerks"}, m{"id": "clerks"}, m{})
	moved["previous_address"] = "iam_group.old"
	var p m
	if err := json.Unmarshal([]byte(planOf(t, moved,
		change("iam_group.gone", "forget", m{"id": "clerks"}, nil, m{}),
		change("iam_user.r", "delete,create", m{"id": "x", "email": "clerk000@acme.example"}, m{"email": "clerk000@acme.example", "group_ids": []string{"oe-viewer"}}, m{"id": true}),
		change("iam_users_csv.t", "update", csv("email,first_name,last_name\nclerk001@acme.example,C,1\n"), csv("email,first_name,last_name,groups\nnew@acme.example,N,N,clerks\n"), m{}),
	)), &p); err != nil {
		t.Fatal(err)
	}
	p["errored"] = true
	p["deferred_changes"] = []any{m{"reason": "instance_count_unknown", "resource_change": change("iam_user.later", "create", nil, m{}, m{})}}
	plan, _ := json.Marshal(p)
	text, stderr, code := reviewText(t, string(plan), "--embedded", path, "--tenant", "acme")
	for _, want := range []string{
		"2 users gain access, 2 users lose access; 1 added; 1 removed.\nThe plan ended with an error",
		"clerk000@acme.example\n  + gains read on business_rules", "  - loses read on carts, orders",
		"clerk001@acme.example (Clerk 1), removed\n", "new@acme.example (N N), added\n  + gains read on carts, orders",
		"iam_user.later: the change is deferred (instance count unknown)",
	} {
		if code != 0 || !strings.Contains(text, want) {
			t.Errorf("code %d %s: it lacks %q:\n%s", code, stderr, want, text)
		}
	}
}
