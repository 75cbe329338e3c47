package directory_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// Every planned change that takes access away is told, and refused where a
// limit forbids it; what takes nothing passes.
func TestGuardrails(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	group := p.MustApply("iam_group", state{}, orders())
	user := p.MustApply("iam_user", state{}, anna())
	id, _ := user.Values["id"].(string)
	email, _ := anna()["email"].(string)
	listed := values{"group_id": "orders-de", "members": values{email: id}}
	members := p.MustApply("iam_group_members", state{}, listed)
	single := values{"group_id": "oe-viewer", "user_id": id}
	membership := p.MustApply("iam_group_membership", state{}, single)
	groups := values{"user_id": id, "group_ids": []any{"orders-de", "oe-viewer"}}
	userGroups := p.MustApply("iam_user_groups", state{}, groups)
	template := values{"id": "clerk", "name": values{"en": "Clerk"}, "access": values{"coupons": "manage"}}
	clerk := p.MustApply("iam_role_template", state{}, template)
	based := values{"id": "clerks", "name": values{"en": "Clerks"}, "role_template": "clerk"}
	p.MustApply("iam_group", state{}, based)
	p.NextRun()
	p.MustApply("iam_group_membership", state{}, values{"group_id": "clerks", "user_id": id})

	limits := map[string]struct {
		guardrails values
		summary    string
	}{
		"impact":  {values{"show_impact": true}, "warning: Access Changes"},
		"maximum": {values{"max_users_losing_access": 0}, "error: Too Many Users Lose Access"},
		"protect": {values{"protect_users": []any{strings.ToLower(email)}}, "error: Protected Users Lose Access"},
	}
	for name, c := range map[string]struct {
		typeName string
		prior    state
		config   values
		what     string // is told; empty when nothing happens
	}{
		"a group gives less":             {"iam_group", group, with(orders(), values{"access": values{"orders": "read"}}), "is lowered from manage to read on carts, orders"},
		"a group is limited":             {"iam_group", group, with(orders(), values{"restrictions": []any{providertest.Unknown}}), ""},
		"a group is destroyed":           {"iam_group", group, nil, "loses manage on carts, orders, returns, sepa"},
		"a group stays":                  {"iam_group", group, orders(), ""},
		"a new name":                     {"iam_group", group, with(orders(), values{"name": values{"en": "New"}}), ""},
		"a member left out":              {"iam_group_members", members, with(listed, values{"members": values{}}), "loses manage on carts, orders, returns, sepa"},
		"a member of unknown id":         {"iam_group_members", members, with(listed, values{"members": values{email: providertest.Unknown}}), ""},
		"a list of members is destroyed": {"iam_group_members", members, nil, "loses manage on carts, orders, returns, sepa"},
		"a membership is destroyed":      {"iam_group_membership", membership, nil, "loses read on"},
		"a membership of another group":  {"iam_group_membership", membership, with(single, values{"group_id": providertest.Unknown}), "loses read on"},
		"groups left out":                {"iam_user_groups", userGroups, with(groups, values{"group_ids": []any{}}), "loses manage on carts, orders, returns, sepa"},
		"groups not known":               {"iam_user_groups", userGroups, with(groups, values{"group_ids": []any{providertest.Unknown}}), ""},
		"groups are destroyed":           {"iam_user_groups", userGroups, nil, "loses manage on carts, orders, returns, sepa"},
		"a user is destroyed":            {"iam_user", user, nil, "is removed; "},
		"a user is locked":               {"iam_user", user, with(anna(), values{"locked": true}), "is locked; "},
		"a user's groups":                {"iam_user", user, with(anna(), values{"group_ids": []any{}}), "loses manage on carts, orders, returns, sepa"},
		"a user replaced":                {"iam_user", user, with(anna(), values{"email": "other@acme.example"}), "is removed; "},
		"a user stays":                   {"iam_user", user, anna(), ""},
		"a template gives less":          {"iam_role_template", clerk, with(template, values{"access": values{"coupons": "read"}}), "is lowered from manage to read on coupons"},
		"a template stays":               {"iam_role_template", clerk, template, ""},
	} {
		for limit, l := range limits {
			p := providertest.New(t, with(b.Config, values{"guardrails": l.guardrails}))
			_, _, d := p.Plan(c.typeName, c.prior, c.config)
			if told := d.Has(l.summary, email); told != (c.what != "") {
				t.Errorf("%s, %s: %v", name, limit, d)
			}
			if limit == "impact" && c.what != "" && (!d.Has("warning: Access Changes", email+": ", c.what) || d.Failed()) {
				t.Errorf("%s: got %v, want %q", name, d, c.what)
			}
		}
		p.NextRun()
		if _, _, d := p.Plan(c.typeName, c.prior, c.config); d.Has("Access Changes") || d.Failed() {
			t.Errorf("%s without guardrails: %v", name, d)
		}
	}
}

// Of several warnings with one summary the CLI shows the first, so each has its own.
func TestGuardrails_everyChangeShows(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	user := p.MustApply("iam_user", state{}, anna())
	single := values{"group_id": "oe-viewer", "user_id": user.Values["id"]}
	p.NextRun()
	membership := p.MustApply("iam_group_membership", state{}, single)

	p = providertest.New(t, with(b.Config, values{"guardrails": values{"show_impact": true}}))
	p.NextRun()
	if _, _, d := p.Plan("iam_group_membership", membership, nil); !d.Has("warning: Access Changes: ") {
		t.Error(d)
	}
	if _, _, d := p.Plan("iam_user", user, nil); !d.Has("warning: Access Changes (2): ") {
		t.Error(d)
	}
	for n := 3; n <= 31; n++ {
		want := fmt.Sprintf("warning: Access Changes (%d): ", n)
		if n == 31 {
			want = "warning: More Access Changes: " // the CLI folds the rest
		}
		if _, _, d := p.Plan("iam_user", state{}, with(anna(), values{"email": fmt.Sprintf("u%d@acme.example", n), "group_ids": []any{"oe-viewer"}})); !d.Has(want) {
			t.Error(n, d)
		}
	}
}

// The number of admins is kept, and what is planned before counts.
func TestGuardrails_keepAdmins(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	admins := values{"id": "admins", "name": values{"en": "Admins"}, "access": values{"users_and_groups": "manage"}}
	group := p.MustApply("iam_group", state{}, admins)
	user := p.MustApply("iam_user", state{}, with(anna(), values{"group_ids": []any{"admins"}}))
	id, _ := user.Values["id"].(string)

	// The tenant's Owner is the other one.
	for keep, refused := range map[int]bool{1: false, 2: true} {
		p := providertest.New(t, with(b.Config, values{"guardrails": values{"keep_admins": keep}}))
		_, _, d := p.Plan("iam_group", group, with(admins, values{"access": values{"users_and_groups": "read"}}))
		if d.Failed() != refused || refused && !d.Has("Too Few Admins Left", "1 user can manage users and groups", "Anna") {
			t.Errorf("keeping %d: %v", keep, d)
		}
	}
	p = providertest.New(t, with(b.Config, values{"guardrails": values{"keep_admins": 2}}))
	p.NextRun()
	if _, _, d := p.Plan("iam_user", state{}, with(anna(), values{"email": "next@acme.example", "group_ids": []any{"admins"}})); d.Failed() {
		t.Errorf("one more: %v", d)
	}
	if _, _, d := p.Plan("iam_group_membership", state{Values: values{"id": "admins/EMPLOYEE/" + id, "group_id": "admins", "user_id": id, "user_type": "EMPLOYEE"}}, nil); d.Failed() {
		t.Errorf("one less, with another planned before: %v", d)
	}
}
