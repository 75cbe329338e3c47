package review_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/review"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// ask reviews a plan against the client's tenant, or offline without a client.
func ask(t *testing.T, plan string, c *client.Client) review.Result {
	t.Helper()
	p, err := review.Read(strings.NewReader(plan))
	if err != nil {
		t.Fatal(err)
	}
	o := review.Against{Tenant: servertest.Tenant}
	if c != nil {
		o.Open = func(context.Context, string) (*client.Client, func() error, error) {
			return c, func() error { return nil }, nil
		}
	}
	r, err := review.Run(t.Context(), p, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// written returns the review of a plan in a format.
func written(t *testing.T, plan string, c *client.Client, format string) string {
	t.Helper()
	var b strings.Builder
	if err := ask(t, plan, c).Write(&b, review.Options{Format: format}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// planOf returns a plan with these changes.
func planOf(t *testing.T, changes ...map[string]any) string {
	t.Helper()
	text, err := json.Marshal(map[string]any{"format_version": "1.2", "resource_changes": append([]map[string]any{}, changes...)})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// change returns a change of a plan with the address TYPE.NAME.
func change(address, action string, before, after, unknown map[string]any) map[string]any {
	resourceType, name, _ := strings.Cut(address, ".")
	return map[string]any{"address": address, "mode": "managed", "type": resourceType, "name": name, "change": map[string]any{
		"actions": strings.Split(action, ","), "before": before, "after": after, "after_unknown": unknown,
	}}
}

type m = map[string]any

// staffed sets up a tenant whose group "clerks" uses one of the tenant's own
// templates and has many members.
func staffed(t *testing.T, members int) *client.Client {
	t.Helper()
	c := servertest.New(t, servertest.Options{}).Client
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
	return c
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

// A plan changes one level of a template that another template is based on. A
// group of 300 users that the plan does not mention uses the latter: the review
// names the users in one entry.
func TestReview_template(t *testing.T) {
	t.Parallel()
	c := staffed(t, 300)
	plan := planOf(t, change("iam_role_template.base", "update",
		m{"id": "base", "effective_access": m{"orders": "read", "carts": "read"}},
		m{"id": "base", "effective_access": m{"orders": "manage", "carts": "manage"}}, m{}))
	text := written(t, plan, c, "text")
	want := "300 users gain access.\n\nGain access (300 users)\n" +
		"  300 users: clerk000@acme.example, clerk001@acme.example, clerk002@acme.example, clerk003@acme.example, clerk004@acme.example and 295 more\n" +
		"    + is raised from read to manage on carts, orders through Clerks (clerks)\n"
	if !strings.HasPrefix(text, want) {
		t.Error(text)
	}
	r := ask(t, plan, c)
	if len(r.People) != 300 || r.People[299].User.Email != "clerk299@acme.example" || len(r.People[0].Changes) != 2 {
		t.Errorf("the review: %+v", r)
	}
	table := written(t, plan, c, "csv")
	if n := strings.Count(table, "\r\n"); n != 601 || !strings.Contains(table, "Clerk 7,,raised,,orders,read,manage,,,,,clerks\r\n") {
		t.Errorf("the review as CSV has %d lines: %.400s", n, table)
	}
}

// References to users and groups that do not exist yet are followed through
// modules, for_each and count.
func TestReview_references(t *testing.T) {
	t.Parallel()
	plan, err := os.ReadFile("testdata/plan_modules.json")
	if err != nil {
		t.Fatal(err)
	}
	r := ask(t, string(plan), nil)
	if len(r.Unresolved) > 0 || len(r.People) != 5 {
		t.Fatalf("%+v", r)
	}
	has := func(email, entity, level, group string) {
		t.Helper()
		for _, p := range r.People {
			for _, c := range p.Changes {
				if p.User.Email == email && p.Event == access.UserAdded && c.Entity == entity && c.After.String() == level && c.Groups[0].ID == group {
					return
				}
			}
		}
		t.Errorf("%s has no %s on %s through %s", email, level, entity, group)
	}
	has("anna@acme.example", "customers", "manage", "sales")         // by the key of members
	has("ben@acme.example", "forms", "read", "oe-viewer")            // the known part of group_ids
	has("ben@acme.example", "orders", "read", "iam_group.orders")    // the unknown part of group_ids
	has("cleo@acme.example", "forms", "edit", "oe-editor")           // each.value
	has("cleo@acme.example", "orders", "read", "iam_group.orders")   // each.key and a variable of the module
	has("cleo@acme.example", "companies", "read", "iam_group.extra") // an output of the module
	has("user1@acme.example", "orders", "read", "iam_group.orders")  // count.index
	has("user1@acme.example", "customers", "manage", "sales")        // one of several groups
}

// Every kind that a review can fail on, with its text.
func TestReview_happens(t *testing.T) {
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
			if got := strings.Join(ask(t, string(text), nil).Happens(), " "); got != test.happens {
				t.Errorf("what happens is %q, want %q", got, test.happens)
			}
			if out := written(t, string(text), nil, "text"); !strings.Contains(out, test.text) {
				t.Errorf("missing %q: %s", test.text, out)
			}
		})
	}
}

// What is not known before the apply is reported, and a review can fail on it.
func TestReview_unresolved(t *testing.T) {
	t.Parallel()
	c := staffed(t, 2)
	plan := planOf(t,
		change("iam_group_membership.x", "create", nil, m{"group_id": "clerks"}, m{"user_id": true, "id": true}),
		change("iam_group_membership.y", "create", nil, m{"user_id": "nobody", "group_id": "clerks"}, m{}),
		change("iam_group_members.x", "create", nil, m{"group_id": "clerks", "members": m{}}, m{"members": m{"clerk001@ACME.example": true, "new@acme.example": true}}),
		change("iam_user.x", "create", nil, m{"first_name": "N", "last_name": "N"}, m{"email": true}),
		change("iam_user_groups.x", "create", nil, m{}, m{"user_id": true, "group_ids": true}),
		change("iam_group.x", "create", nil, m{"name": m{"de": "X"}}, m{"id": true, "effective_access": true}),
		change("iam_group.y", "delete", m{"id": "clerks"}, nil, m{}),
	)
	if got := ask(t, plan, c).Happens(); !slices.Contains(got, review.NotKnown) {
		t.Errorf("what happens is %v", got)
	}
	text := written(t, plan, c, "text")
	for _, want := range []string{
		"iam_user_groups.x, iam_group_membership.x: the user is not known before the apply\n",
		"iam_group_membership.y: no user has the id nobody\n",
		"iam_group_members.x: the user new@acme.example is not known before the apply\n",
		"iam_user.x: the e-mail address is not known before the apply",
		"iam_group.x: part of the access that the group gives is not known before the apply\n",
		"iam_group.y: the group still has members (2)",
		"2 users: clerk000@acme.example, clerk001@acme.example\n    - loses read",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("missing %q:\n%s", want, text)
		}
	}
}

// A plan that changes nothing says so.
func TestReview_nothing(t *testing.T) {
	t.Parallel()
	if out := written(t, planOf(t), nil, "text"); out != "Nobody's access changes.\n" {
		t.Errorf("a plan without changes: %s", out)
	}
}

// Destroying a table that keeps its users takes access from nobody, and neither
// does replacing a table.
func TestReview_keptUsers(t *testing.T) {
	t.Parallel()
	c := staffed(t, 1)
	table := func(onDestroy string) m {
		return m{"csv": "email,first_name,last_name\nclerk000@acme.example,C,0\n", "on_destroy": onDestroy}
	}
	for _, table := range []m{change("iam_users_csv.k", "delete", table("keep"), nil, m{}), change("iam_users_csv.r", "delete,create", table("remove"), table("remove"), m{})} {
		if out := written(t, planOf(t, table), c, "text"); out != "Nobody's access changes.\n" {
			t.Errorf("%v: %s", table, out)
		}
	}
}

// Every action of a plan: replace, move, forget and defer; and users of a
// table.
func TestReview_actions(t *testing.T) {
	t.Parallel()
	c := staffed(t, 2)
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
	text := written(t, string(plan), c, "text")
	for _, want := range []string{
		"The plan failed and is incomplete; 2 users lose access; 2 users gain access; 1 added; 1 removed; 1 change is unresolved.\n",
		"clerk000@acme.example\n    - loses read on carts, orders", "    + gains read on business_rules",
		"clerk001@acme.example (Clerk 1), removed\n", "new@acme.example (N N), added\n    + gains read on carts, orders",
		"iam_user.later: the change is deferred (instance count unknown)",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("missing %q:\n%s", want, text)
		}
	}
}

// A role template that was deleted before it is read is skipped, and the others
// are read.
func TestReview_templateGone(t *testing.T) {
	t.Parallel()
	var gone atomic.Bool
	c := servertest.New(t, servertest.Options{Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if gone.Load() {
				r.URL.Path = strings.Replace(r.URL.Path, "/spare", "/no-longer-", 1)
			}
			next.ServeHTTP(w, r)
		})
	}}).Client
	ids := []string{"base"}
	for i := range 12 {
		ids = append(ids, fmt.Sprint("spare", i))
	}
	for _, id := range ids {
		if _, err := c.PutTemplate(t.Context(), id, api.TemplateUpdate{Name: api.Text{"en": id}, Access: map[string]string{"orders": "read"}}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.PutTemplate(t.Context(), "clerk", api.TemplateUpdate{Name: api.Text{"en": "Clerk"}, BasedOn: "base", Access: map[string]string{}}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.CreateGroup(t.Context(), api.GroupCreate{ID: "clerks", Name: api.Text{"en": "Clerks"}, AccessControls: []string{}, Templates: []string{"clerk"}}); err != nil {
		t.Fatal(err)
	}
	addUsers(t.Context(), t, c, 1)
	gone.Store(true)
	plan := planOf(t, change("iam_role_template.base", "update", m{"id": "base", "effective_access": m{"orders": "read"}}, m{"id": "base", "effective_access": m{"orders": "manage"}}, m{}))
	if got := happening(ask(t, plan, c)); !strings.Contains(got, "clerk000@acme.example; ") || !strings.Contains(got, "is raised from read to manage on orders through Clerks (clerks)") {
		t.Errorf("got %s", got)
	}
}

// What the token cannot read is reported if the plan changes anything.
func TestReview_unread(t *testing.T) {
	t.Parallel()
	b := servertest.New(t, servertest.Options{})
	c := b.NewClient(t, client.Options{Scope: strings.Join([]string{api.ScopeUserRead, api.ScopeGroupRead, api.ScopeTemplateRead}, " ")})
	action := planOf(t)
	action = strings.Replace(action, "{", `{"action_invocations": [{"address": "action.iam_sync_make.x", "type": "iam_sync_make", "name": "x"}],`, 1)
	for name, p := range map[string]struct {
		plan string
		want bool
	}{
		"nothing":   {planOf(t, change("iam_site.x", "no-op", m{}, m{}, m{})), false},
		"a change":  {planOf(t, change("iam_site.x", "create", nil, m{}, m{})), true},
		"an action": {action, true},
	} {
		said := notes(ask(t, p.plan, c))
		if got := slices.Contains(said, "the token has no permission to read the team: changes there are not reviewed"); got != p.want {
			t.Errorf("%s: %q", name, said)
		}
	}
}
