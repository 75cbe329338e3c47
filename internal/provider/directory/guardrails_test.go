package directory_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// Every planned change that removes access is reported, and refused if a limit forbids
// it; other changes pass.
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
		what     string // the report; empty if access does not change
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
			if reported := d.Has(l.summary, email); reported != (c.what != "") {
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
		if d.Failed() != refused || refused && !d.Has("Too Few Admins Left", "leaves 1 user who can manage users and groups", "requires 2", "Anna") {
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

// Each limit is broken by a change that gives or takes too much, and by none that
// stays within it.
func TestGuardrails_limits(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	narrow := values{"id": "narrow", "name": values{"en": "Narrow"}, "access": values{"orders": "read"}, "restrictions": []any{"DE"}}
	p.MustApply("iam_restriction", state{}, values{"value": "DE"})
	group := p.MustApply("iam_group", state{}, narrow)
	user := p.MustApply("iam_user", state{}, with(anna(), values{"group_ids": []any{"narrow"}}))
	idle := p.MustApply("iam_user", state{}, with(anna(), values{"email": "idle@acme.example"}))
	email := fmt.Sprint(user.Values["email"])
	admins := with(anna(), values{"group_ids": []any{"narrow", access.OwnerGroupID}})
	open := values{"id": "narrow", "name": values{"en": "Narrow"}, "access": values{"orders": "read"}}
	for _, c := range []struct {
		name       string
		guardrails values
		typeName   string
		prior      state
		config     values
		want       []string // nil: nothing
	}{
		{"a gain", values{"max_users_gaining_access": 0}, "iam_user", user, admins, []string{"error: Too Many Users Gain Access", "at least 1 user so far", "guardrails.max_users_gaining_access of the provider allows 0", email}},
		{"a gain within the limit", values{"max_users_gaining_access": 1}, "iam_user", user, admins, nil},
		{"a new user with access", values{"max_users_gaining_access": 0}, "iam_user", state{}, with(anna(), values{"email": "next@acme.example", "group_ids": []any{"narrow"}}), []string{"error: Too Many Users Gain Access", "next@acme.example"}},
		{"a new user without", values{"max_users_gaining_access": 0}, "iam_user", state{}, with(anna(), values{"email": "next@acme.example"}), nil},
		{"a loss is no gain", values{"max_users_gaining_access": 0}, "iam_user", user, nil, nil},
		{"an admin", values{"max_new_admins": 0}, "iam_user", user, admins, []string{"error: Too Many New Admins", "guardrails.max_new_admins of the provider allows 0", email}},
		{"an admin within the limit", values{"max_new_admins": 1}, "iam_user", user, admins, nil},
		{"no admin", values{"max_new_admins": 0}, "iam_user", user, with(anna(), values{"group_ids": []any{"narrow", "oe-viewer"}}), nil},
		{"a restriction lifted", values{"forbid_lifting_restrictions": true}, "iam_group", group, open, []string{"error: Restrictions Lifted", "guardrails.forbid_lifting_restrictions", email}},
		{"one value more", values{"forbid_lifting_restrictions": false}, "iam_group", group, open, nil},
		{"a restriction stays", values{"forbid_lifting_restrictions": true}, "iam_group", group, with(narrow, values{"access": values{"orders": "manage"}}), nil},
		{"another group without it", values{"forbid_lifting_restrictions": true}, "iam_user", user, admins, []string{"error: Restrictions Lifted", email}},
		{"a loss", values{"max_users_losing_access": 0}, "iam_user", user, nil, []string{"error: Too Many Users Lose Access", "at least 1 user so far", "guardrails.max_users_losing_access of the provider allows 0", email}},
		{"a loss within the limit", values{"max_users_losing_access": 1}, "iam_user", user, nil, nil},
		{"a protected user without access", values{"protect_users": []any{"idle@acme.example"}}, "iam_user", idle, nil, []string{"error: Protected Users Lose Access", "idle@acme.example: is removed"}},
		{"a gain is no loss", values{"max_users_losing_access": 0, "protect_users": []any{email}}, "iam_user", user, admins, nil},
	} {
		p := providertest.New(t, with(b.Config, values{"guardrails": c.guardrails}))
		if _, _, d := p.Plan(c.typeName, c.prior, c.config); c.want == nil && d.Failed() || c.want != nil && !d.Has(c.want...) {
			t.Errorf("%s: got %v, want %q", c.name, d, c.want)
		}
	}
}

// A limit is reported once, by the resource that broke it and again when that one
// is planned again; the next run begins anew. In an apply the others are stopped.
func TestGuardrails_once(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	setup := providertest.New(t, b.Config)
	config := func(n int, groups ...any) values {
		return with(anna(), values{"email": fmt.Sprintf("u%02d@acme.example", n), "group_ids": append([]any{}, groups...)})
	}
	var users []state
	for n := range 14 {
		users = append(users, setup.MustApply("iam_user", state{}, config(n, "oe-viewer")))
	}
	for summary, limits := range map[string]values{
		"error: Too Many Users Lose Access":  {"max_users_losing_access": 11},
		"error: Protected Users Lose Access": {"protect_users": []any{"u11@acme.example", "u12@acme.example", "u13@acme.example"}},
	} {
		p := providertest.New(t, with(b.Config, values{"guardrails": limits}))
		loses := func(n int) providertest.Diagnostics {
			_, _, d := p.Plan("iam_user", users[n], config(n))
			return d
		}
		for range 2 {
			p.NextRun()
			for n := range 11 {
				if d := loses(n); d.Failed() {
					t.Errorf("%s within the limit: %v", summary, d)
				}
			}
			if d := loses(11); len(d) != 1 || !d.Has(summary, "u11@acme.example") && !d.Has(summary, "at least 12 users so far", "u00@acme.example", "u09@acme.example and 2 more") {
				t.Errorf("%s: the first: %v", summary, d)
			}
			if d := loses(12); len(d) > 0 {
				t.Errorf("%s: the second: %v", summary, d)
			}
			if d := loses(11); len(d) != 1 || !d.Has(summary) {
				t.Errorf("%s: the first again: %v", summary, d)
			}
		}
		if _, d := p.ApplyPlanned("iam_user", users[13], state{}, with(config(13, "oe-viewer"), values{"first_name": "Ann"})); d.Failed() {
			t.Errorf("%s: an apply that takes nothing: %v", summary, d)
		}
		if _, d := p.ApplyPlanned("iam_user", users[13], state{}, config(13)); !d.Has("error: Guardrail Broken", fmt.Sprint(slices.Collect(maps.Keys(limits))[0])) {
			t.Errorf("%s: an apply goes on: %v", summary, d)
		}
		p.NextRun()
		same := config(11, "oe-viewer")
		first, _, _ := p.Plan("iam_user", users[11], same)
		if _, _, d := p.Plan("iam_user", state{Private: first.Private}, same); strings.Count(fmt.Sprint(d), "error") > 1 || strings.Contains(summary, "Protected") && !d.Has(summary) {
			t.Errorf("%s, replaced: %v", summary, d)
		}
		p.NextRun()
		if d := loses(10); d.Failed() {
			t.Errorf("%s: the next run: %v", summary, d)
		}
	}
	if u, err := b.Client.UserByEmail(t.Context(), "u13@acme.example"); err != nil || len(u.GroupIDs) != 1 {
		t.Errorf("got %+v, %v", u, err)
	}
}

// What another resource takes over nobody loses, in whatever order the two are
// planned.
func TestGuardrails_handover(t *testing.T) {
	t.Parallel()
	var gate atomic.Pointer[handoverGate]
	b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if g := gate.Load(); g != nil {
				g.pass(r)
			}
			next.ServeHTTP(w, r)
		})
	}})
	setup := providertest.New(t, b.Config)
	user := setup.MustApply("iam_user", state{}, anna())
	id, email := user.Values["id"], fmt.Sprint(user.Values["email"])
	one := values{"group_id": "oe-viewer", "user_id": id}
	held := setup.MustApply("iam_group_membership", state{}, one)
	limits := with(b.Config, values{"guardrails": values{"max_users_losing_access": 0, "protect_users": []any{email}}})
	for typeName, config := range map[string]values{
		"iam_group_membership": one, "iam_group_members": {"group_id": "oe-viewer", "members": values{email: id}}, "iam_user_groups": {"user_id": id, "group_ids": []any{"oe-viewer"}},
	} {
		p := providertest.New(t, limits)
		p.NextRun()
		if _, _, d := p.Plan(typeName, state{}, config); d.Failed() {
			t.Errorf("%s: %v", typeName, d)
		}
		if _, _, d := p.Plan("iam_group_membership", held, nil); d.Failed() {
			t.Errorf("taken over by %s: %v", typeName, d)
		}

		p.NextRun()
		g := &handoverGate{reading: make(chan struct{}), judging: make(chan struct{}), planned: make(chan struct{})}
		gate.Store(g)
		var wait sync.WaitGroup
		wait.Go(func() {
			if _, d := p.ReadData("iam_sites", values{}); d.Failed() {
				t.Error(d)
			}
		})
		<-g.reading
		wait.Go(func() {
			if _, _, d := p.Plan("iam_group_membership", held, nil); d.Failed() {
				t.Errorf("taken over by %s, which is planned second: %v", typeName, d)
			}
		})
		<-g.judging
		if _, _, d := p.Plan(typeName, state{}, config); d.Failed() {
			t.Errorf("%s, planned second: %v", typeName, d)
		}
		close(g.planned)
		wait.Wait()
		gate.Store(nil)
	}
	p := providertest.New(t, limits)
	if _, _, d := p.Plan("iam_group_membership", held, nil); !d.Has("error: Too Many Users Lose Access", email) || !d.Has("error: Protected Users Lose Access", email) {
		t.Errorf("taken over by nobody: %v", d)
	}
}

// handoverGate keeps a data source from being read until the second of two
// resources is planned, which begins while the first is judged.
type handoverGate struct {
	reading, judging, planned chan struct{}
	sites, users              sync.Once
}

func (g *handoverGate) pass(r *http.Request) {
	switch {
	case strings.HasSuffix(r.URL.Path, "/sites"):
		g.sites.Do(func() { close(g.reading) })
		<-g.planned
	case strings.HasSuffix(r.URL.Path, "/users"):
		g.users.Do(func() { close(g.judging) })
	}
}
