package review_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/review"
)

// drift adds to a plan what has changed outside of Terraform.
func drift(plan m, changes ...m) m { return with(plan, "resource_drift", changes) }

// drifted returns a line for each person in the drift of a review.
func drifted(r review.Result) string { return happening(review.Result{People: r.Drift}) }

// Changes outside of Terraform since the last apply are reported for the people
// they affect, and do not count as changes of the plan.
func TestRun_drift(t *testing.T) {
	t.Parallel()
	gone := func(state []m, address string) []m {
		return slices.DeleteFunc(state, func(o m) bool { return o["address"] == address })
	}
	in := func(group, user string) m {
		return m{"group_id": group, "user_id": user, "user_type": "EMPLOYEE"}
	}
	team := func(name string, v m) m { return object("iam_team_member."+name, v) }
	ann := m{"id": "ann", "email": "ann@acme.example", "role": "member"}
	for name, c := range map[string]struct {
		state []m
		drift []m
		want  string
	}{
		"a membership was ended": {
			gone(people(), "iam_group_membership.ann"),
			[]m{change("iam_group_membership.ann", "delete", in("g", "ann"), nil, nil)},
			"ann@acme.example; loses read on orders through G (g)",
		},
		"a user was removed, and what the user was in": {
			gone(gone(people(), "iam_group_membership.ann"), "iam_user.ann"),
			[]m{change("iam_group_membership.ann", "delete", in("g", "ann"), nil, nil), change("iam_user.ann", "delete", user("ann"), nil, nil)},
			"ann@acme.example; removed; loses read on orders through G (g)",
		},
		"a user was locked": {
			append(people(), object("iam_user.ann", user("ann", m{"status": "INACTIVE"}))),
			[]m{change("iam_user.ann", "update", user("ann", m{"status": "ACTIVE"}), user("ann", m{"status": "INACTIVE"}), nil)},
			"ann@acme.example; locked; loses read on orders through G (g)",
		},
		"a group gives something else": {
			people(),
			[]m{change("iam_group.g", "update", group("g", m{"users_and_groups": "read"}), group("g", m{"orders": "read"}), nil)},
			"ann@acme.example; loses read on users_and_groups through G (g); gains read on orders through G (g)\n" +
				"ben@acme.example; loses read on users_and_groups through G (g); gains read on orders through G (g)",
		},
		"a list has another member": {
			append(people(), object("iam_group_members.h", m{"group_id": "h", "user_type": "EMPLOYEE", "members": m{"cleo@acme.example": "cleo"}})),
			[]m{change("iam_group_members.h", "update", m{"group_id": "h", "user_type": "EMPLOYEE", "members": m{"ben@acme.example": "ben"}}, m{"group_id": "h", "user_type": "EMPLOYEE", "members": m{"cleo@acme.example": "cleo"}}, nil)},
			"ben@acme.example; loses read on media through H (h)\ncleo@acme.example; gains read on media through H (h)",
		},
		"a role in the team": {
			append(people(), team("ann", with(ann, "role", "admin"))),
			[]m{change("iam_team_member.ann", "update", ann, with(ann, "role", "admin"), nil)},
			"ann@acme.example; changes from member to admin in the team; gains the product studio_pro as user; gains the product bot_runner as user with unattended; gains the product orchestrator as admin; gains the right to manage the team; gains access to the Billing Page",
		},
		"a product was lost, and the team left": {
			people(),
			[]m{
				change("iam_product_assignment.ann", "delete", m{"member_id": "ann", "product": "orchestrator", "role": "analyst"}, nil, nil),
				change("iam_team_member.ann", "delete", ann, nil, nil),
			},
			"ann@acme.example; leaves the team, where they were member; loses the product orchestrator, held as analyst",
		},
		"a description":   {people(), []m{change("iam_group.g", "update", group("g", m{"orders": "read"}, m{"description": "a"}), group("g", m{"orders": "read"}), nil)}, ""},
		"another address": {people(), []m{with(change("iam_user.ann", "no-op", user("ann"), user("ann"), nil), "previous_address", "iam_user.other")}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := ask(t, asText(t, drift(offline(c.state), c.drift...)), nil)
			if got := drifted(r); got != c.want || len(r.People) > 0 || len(r.Unresolved) > 0 {
				t.Errorf("got\n%s\nwant\n%s\n%s%v", got, c.want, happening(r), r.Unresolved)
			}
		})
	}
}

// Online, all users of the tenant count, including users that no state has.
func TestRun_driftOfTenant(t *testing.T) {
	t.Parallel()
	c := staffed(t, 2)
	clerks := func(access m) m { return group("clerks", access) }
	is := m{"orders": "read", "carts": "read", "products": "read", "availability": "read", "media": "read", "prices": "read"}
	plan := drift(offline([]m{object("iam_group.g", clerks(is))}), change("iam_group.g", "update", clerks(m{"orders": "read", "carts": "read"}), clerks(is), nil))
	r := ask(t, asText(t, plan), c)
	if got := drifted(r); strings.Count(got, "gains read on products through Clerks (clerks)") != 2 || len(r.People)+len(r.Unresolved) > 0 {
		t.Errorf("got\n%s\n%s%v", got, happening(r), r.Unresolved)
	}
}

// Drift belongs to the tenant of its object. If the tenant is not known, the
// drift is unresolved.
func TestRun_driftOfTenants(t *testing.T) {
	t.Parallel()
	was := m{"group_id": "clerks", "user_id": "id-b", "user_type": "EMPLOYEE"}
	moved := with(was, "group_id", "former")
	other := change("iam_group.gone", "update", group("other", m{"orders": "read"}), group("other", m{}), nil)
	r := ask(t, asText(t, drift(twoHouses(m{"tenant": constant("shopa")}, m{"tenant": constant("shopb")}), change("iam_group_membership.b", "update", moved, was, nil), other)), nil)
	var names []string
	for _, p := range r.Drift {
		names = append(names, p.Tenant+" "+p.User.Email)
	}
	if want := "[shopb b@b.example]"; fmt.Sprint(names) != want || !slices.Equal(notes(r), []string{"iam_group.gone: it has changed outside of Terraform, and it is no longer in the configuration, and the plan does not say which tenant it belongs to"}) {
		t.Errorf("got %v, want %s: %q", names, want, notes(r))
	}
}

// A plan that leaves out objects has not refreshed them.
func TestRun_sinceIncomplete(t *testing.T) {
	t.Parallel()
	c := staffed(t, 0)
	plan := with(offline([]m{object("iam_group.gone", group("gone", m{}))}), "complete", false)
	want := "iam_group.gone: the tenant has changed since the plan was created, or the plan leaves this out: group gone is gone; create the plan again without -target"
	if got := notes(ask(t, asText(t, plan), c)); !slices.Equal(got, []string{want}) {
		t.Errorf("%q", got)
	}
}

// Every format reports drift, and that a plan leaves out changes.
func TestWrite_driftAndIncomplete(t *testing.T) {
	t.Parallel()
	was := m{"group_id": "g", "user_id": "ann", "user_type": "EMPLOYEE"}
	plan := with(drift(offline(people()[:5]), change("iam_group_membership.ann", "delete", was, nil, nil)), "complete", false)
	r := ask(t, asText(t, plan), nil)
	if kinds := r.Happens(); len(kinds) > 0 {
		t.Errorf("the plan does %v", kinds)
	}
	const lost, left = "loses read on orders through G (g)", "The plan leaves out some changes, as with -target"
	for format, want := range map[string][]string{
		"text":     {"Nobody's access changes; 1 user has already changed outside of Terraform.\n" + left, "Already changed outside of Terraform (1 user)\n  ann@acme.example (N ANN)\n    - " + lost},
		"markdown": {"\n\n" + left, "**Already changed outside of Terraform (1 user)**\n\n```diff\n  ann@acme.example (N ANN)\n- " + lost},
		"json":     {`"complete": false`, `"drift": [` + "\n    {\n" + `      "tenant": "acme"`, lost},
		"sarif":    {`"ruleId": "plan-incomplete"`, left, `"ruleId": "changed-outside"`, lost},
		"junit":    {left, lost},
	} {
		var b strings.Builder
		if err := r.Write(&b, review.Options{Format: format}); err != nil {
			t.Fatal(err)
		}
		for _, part := range want {
			if !strings.Contains(b.String(), part) {
				t.Errorf("%s lacks %q:\n%s", format, part, b.String())
			}
		}
	}
	if remarks := strings.Join(r.Remarks(), "\n"); !strings.HasPrefix(remarks, left) || !strings.Contains(remarks, "\nAlready changed outside of Terraform: ann@acme.example (N ANN): "+lost) {
		t.Errorf("remarks on the table: %s", remarks)
	}
	whole := ask(t, asText(t, offline(people())), nil)
	if text := in(t, whole, review.Options{Format: "text"}); strings.Contains(text, left) || strings.Contains(text, "outside") || len(whole.Remarks()) > 0 {
		t.Errorf("a complete plan: %s", text)
	}
}
