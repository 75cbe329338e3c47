package directory_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// memberships records what changes memberships, as "PUT group user" and "DELETE
// group user".
type memberships struct {
	mu    sync.Mutex
	calls []string
}

func (m *memberships) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/iam/"+servertest.Tenant+"/groups/"), "/")
		if len(parts) > 2 && parts[1] == "users" && r.Method != http.MethodGet {
			m.mu.Lock()
			m.calls = append(m.calls, r.Method+" "+parts[0]+" "+parts[len(parts)-1])
			m.mu.Unlock()
		}
		next.ServeHTTP(w, r)
	})
}

// since returns the calls since it was asked last.
func (m *memberships) since() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	calls := m.calls
	m.calls = nil
	return calls
}

func (m *memberships) removals() int {
	calls := m.since()
	return len(calls) - len(slices.DeleteFunc(calls, func(c string) bool { return strings.HasPrefix(c, http.MethodDelete) }))
}

// form is a way to write down that anna is in the group oe-admin.
type form struct {
	typeName string
	config   values
}

func formsOf(user any) map[string]form {
	return map[string]form{
		"a membership": {"iam_group_membership", values{"group_id": "oe-admin", "user_id": user}},
		"members":      {"iam_group_members", values{"group_id": "oe-admin", "members": values{anna()["email"].(string): user}}}, //nolint:forcetypeassert // it is written so
		"user groups":  {"iam_user_groups", values{"user_id": user, "group_ids": []any{"oe-admin"}}},
	}
}

// Whatever form a membership takes from one plan to the next, and in whatever
// order Terraform plans and applies, the user is in the group in the end. Only
// where the destroy comes first both times does the user leave at all: then
// nothing could tell it of the other resource.
func TestHandover(t *testing.T) {
	t.Parallel()
	var record memberships
	b := providertest.Remote(t, servertest.Options{Wrap: record.wrap, NoFaults: true})
	setup := providertest.New(t, b.Config)
	id, _ := setup.MustApply("iam_user", state{}, anna()).Values["id"].(string)
	for fromName, from := range formsOf(id) {
		for toName, to := range formsOf(id) {
			for _, order := range []struct{ createPlannedFirst, createAppliedFirst bool }{{true, true}, {true, false}, {false, true}, {false, false}} {
				name := fmt.Sprintf("from %s to %s %+v", fromName, toName, order)
				p := providertest.New(t, b.Config)
				old := p.MustApply(from.typeName, state{}, from.config)
				record.since()

				p.NextRun()
				var gone, made state
				plan := map[bool]func(){
					true:  func() { made = mustPlan(t, p, to.typeName, state{}, to.config) },
					false: func() { gone = mustPlan(t, p, from.typeName, old, nil) },
				}
				plan[order.createPlannedFirst]()
				plan[!order.createPlannedFirst]()
				p.NextRun()
				var now state
				apply := map[bool]func() providertest.Diagnostics{
					true: func() (d providertest.Diagnostics) {
						now, d = p.ApplyPlanned(to.typeName, state{}, made, to.config)
						return d
					},
					false: func() providertest.Diagnostics {
						_, d := p.ApplyPlanned(from.typeName, old, gone, nil)
						return d
					},
				}
				d := append(apply[order.createAppliedFirst](), apply[!order.createAppliedFirst]()...)
				if d.Failed() {
					t.Errorf("%s: %v", name, d)
				}
				want := 0
				if !order.createPlannedFirst && !order.createAppliedFirst {
					want = 1
				}
				if got := record.removals(); got != want {
					t.Errorf("%s: %d removals, want %d", name, got, want)
				}
				if got := memberIDs(t, b.Client, "oe-admin"); !slices.Equal(got, []string{id}) {
					t.Errorf("%s: the group has %v", name, got)
				}
				noChange(t, p, to.typeName, now, to.config)
				p.NextRun()
				p.MustApply(to.typeName, now, nil)
				if got := memberIDs(t, b.Client, "oe-admin"); len(got) != 0 {
					t.Errorf("%s: destroyed, and the group still has %v", name, got)
				}
			}
		}
	}
}

func mustPlan(t *testing.T, p *providertest.Provider, typeName string, prior state, config values) state {
	t.Helper()
	planned, replace, d := p.Plan(typeName, prior, config)
	if d.Failed() || replace {
		t.Fatalf("planning %s: replaced %t, %v", typeName, replace, d)
	}
	return planned
}

// What an unchanged resource holds, the destroy of another must not take away:
// the apply would not give it back. Both orders are refused alike.
func TestHandover_unchanged(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	id, _ := p.MustApply("iam_user", state{}, anna()).Values["id"].(string)
	for fromName, from := range formsOf(id) {
		for keptName, kept := range formsOf(id) {
			if from.typeName == kept.typeName {
				continue // the second one cannot be created
			}
			for _, destroyFirst := range []bool{true, false} {
				p.NextRun()
				old, same := p.MustApply(from.typeName, state{}, from.config), p.MustApply(kept.typeName, state{}, kept.config)
				p.NextRun()
				var d providertest.Diagnostics
				if destroyFirst {
					mustPlan(t, p, from.typeName, old, nil)
					_, _, d = p.Plan(kept.typeName, same, kept.config)
				} else {
					mustPlan(t, p, kept.typeName, same, kept.config)
					_, _, d = p.Plan(from.typeName, old, nil)
				}
				if !d.Has("Membership Removed And Managed", "Anna.Schmidt@acme.example from group oe-admin", "from = "+from.typeName+".NAME", "destroy = false") {
					t.Errorf("%s goes and %s stays, destroy first %t: %v", fromName, keptName, destroyFirst, d)
				}
			}
		}
	}
}

// A destroy and a create of the same membership at the same time.
func TestHandover_atOnce(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	id, _ := p.MustApply("iam_user", state{}, anna()).Values["id"].(string)
	forms := formsOf(id)
	from := forms["a membership"]
	for _, to := range forms {
		p.NextRun()
		old := p.MustApply(from.typeName, state{}, from.config)
		p.NextRun()
		gone := mustPlan(t, p, from.typeName, old, nil)
		made := mustPlan(t, p, to.typeName, state{}, to.config)
		p.NextRun()
		var both sync.WaitGroup
		var now state
		both.Go(func() { p.ApplyPlanned(from.typeName, old, gone, nil) })
		both.Go(func() { now, _ = p.ApplyPlanned(to.typeName, state{}, made, to.config) })
		both.Wait()
		if got := memberIDs(t, b.Client, "oe-admin"); !slices.Equal(got, []string{id}) {
			t.Errorf("to %s: the group has %v", to.typeName, got)
		}
		p.NextRun()
		p.MustApply(to.typeName, now, nil)
	}
}

// Nobody is outside while a resource is replaced by itself.
func TestHandover_replaced(t *testing.T) {
	t.Parallel()
	var record memberships
	b := providertest.Remote(t, servertest.Options{Wrap: record.wrap, NoFaults: true})
	p := providertest.New(t, b.Config)
	id, _ := p.MustApply("iam_user", state{}, anna()).Values["id"].(string)
	for name, form := range formsOf(id) {
		for _, how := range []providertest.Replacement{{Forced: true}, {}, {Forced: true, CreateFirst: true}, {CreateFirst: true}} {
			p.NextRun()
			old := p.MustApply(form.typeName, state{}, form.config)
			record.since()
			now, left, d := p.Replace(form.typeName, old, form.config, how)
			if d.Failed() || left.Values != nil {
				t.Errorf("%s replaced %+v: %v", name, how, d)
			}
			if got := memberIDs(t, b.Client, "oe-admin"); !slices.Equal(got, []string{id}) || record.removals() > 0 {
				t.Errorf("%s replaced %+v: the group has %v", name, how, got)
			}
			p.NextRun()
			p.MustApply(form.typeName, now, nil)
		}
	}
}

// One that is tainted and changes at the same time ends what it had.
func TestHandover_replacedByAnother(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	ids := userIDs(t, p, "a@acme.example", "b@acme.example")
	for name, c := range map[string]struct {
		typeName   string
		from, into values
	}{
		"a membership": {"iam_group_membership", values{"group_id": "oe-admin", "user_id": ids["a@acme.example"]}, values{"group_id": "oe-viewer", "user_id": ids["b@acme.example"]}},
		"members": {
			"iam_group_members",
			values{"group_id": "oe-admin", "members": values{"a@acme.example": ids["a@acme.example"]}},
			values{"group_id": "oe-viewer", "members": values{"b@acme.example": ids["b@acme.example"]}},
		},
		"user groups": {
			"iam_user_groups",
			values{"user_id": ids["a@acme.example"], "group_ids": []any{"oe-admin"}},
			values{"user_id": ids["b@acme.example"], "group_ids": []any{"oe-viewer"}},
		},
	} {
		for _, tainted := range []bool{true, false} {
			p.NextRun()
			now := p.MustApply(c.typeName, state{}, c.from)
			if tainted {
				now, _, _ = p.Replace(c.typeName, now, c.into, providertest.Replacement{})
			} else {
				p.NextRun()
				now = p.MustApply(c.typeName, now, c.into)
			}
			if a, v := memberIDs(t, b.Client, "oe-admin"), memberIDs(t, b.Client, "oe-viewer"); len(a) != 0 || !slices.Equal(v, []string{ids["b@acme.example"].(string)}) { //nolint:forcetypeassert // it is in the schema
				t.Errorf("%s, tainted %t: oe-admin has %v, oe-viewer %v", name, tainted, a, v)
			}
			p.NextRun()
			p.MustApply(c.typeName, now, nil)
		}
	}
}

// A change of ids, known or not, is an update in place that adds before it
// removes, and nothing where the id turns out the same.
func TestMemberships_idsChangeInPlace(t *testing.T) {
	t.Parallel()
	var record memberships
	b := providertest.Remote(t, servertest.Options{Wrap: record.wrap, NoFaults: true})
	p := providertest.New(t, b.Config)
	id, _ := p.MustApply("iam_user", state{}, anna()).Values["id"].(string)
	other, _ := userIDs(t, p, "b@acme.example")["b@acme.example"].(string)
	for name, form := range formsOf(id) {
		key, into, want := "group_id", any("oe-viewer"), []string{"PUT oe-viewer " + id, "DELETE oe-admin " + id}
		if form.typeName == "iam_user_groups" {
			key, into, want = "user_id", other, []string{"PUT oe-admin " + other, "DELETE oe-admin " + id}
		}
		p.NextRun()
		made := p.MustApply(form.typeName, state{}, form.config)
		p.NextRun()
		unknown := mustPlan(t, p, form.typeName, made, with(form.config, values{key: providertest.Unknown}))
		p.NextRun()
		record.since()
		if same, d := p.ApplyPlanned(form.typeName, made, unknown, form.config); d.Failed() || len(differences(same.Values, made.Values)) > 0 || len(record.since()) > 0 {
			t.Errorf("%s: the id turned out the same: %v, %v", name, same.Values, d)
		}
		changed := with(form.config, values{key: into})
		p.NextRun()
		now, d := p.ApplyPlanned(form.typeName, made, unknown, changed)
		if got := record.since(); d.Failed() || !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v, %v", name, got, want, d)
		}
		noChange(t, p, form.typeName, now, changed)
		p.NextRun()
		p.MustApply(form.typeName, now, nil)
	}
}

// Two of one kind that manage the same are found in the first plan; one that is
// planned twice, as -replace does, is not two.
func TestMemberships_twice(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	id, _ := p.MustApply("iam_user", state{}, anna()).Values["id"].(string)
	for name, form := range formsOf(id) {
		p.NextRun()
		first := mustPlan(t, p, form.typeName, state{}, form.config)
		if _, _, d := p.Plan(form.typeName, state{Private: first.Private}, form.config); d.Failed() {
			t.Errorf("%s, planned again: %v", name, d)
		}
		if _, _, d := p.Plan(form.typeName, state{}, form.config); !d.Has("Membership Managed By Two Resources", "two "+form.typeName) {
			t.Errorf("%s, another one: %v", name, d)
		}
	}
}

// A membership that was added elsewhere shows as a removal in the plan, and survives the
// destroy of a list that never had it. An import has all memberships.
func TestMemberships_destroyLeavesOthers(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	ids := userIDs(t, p, "a@acme.example", "b@acme.example")
	a, _ := ids["a@acme.example"].(string)
	b2, _ := ids["b@acme.example"].(string)
	for name, c := range map[string]struct {
		typeName, group, user string // what is added elsewhere
		config                values
		importID              string
	}{
		"members":     {"iam_group_members", "oe-admin", b2, values{"group_id": "oe-admin", "members": values{"a@acme.example": a}}, "oe-admin"},
		"user groups": {"iam_user_groups", "oe-viewer", a, values{"user_id": a, "group_ids": []any{"oe-admin"}}, "a@acme.example"},
	} {
		for _, imports := range []bool{false, true} {
			p.NextRun()
			now := p.MustApply(c.typeName, state{}, c.config)
			if err := b.Client.AssignMember(t.Context(), c.group, access.Employee, c.user); err != nil {
				t.Fatal(err)
			}
			p.NextRun()
			var d providertest.Diagnostics
			if imports {
				if now, d = p.Import(c.typeName, c.importID); d.Failed() {
					t.Error(d)
				}
			} else {
				for range 2 { // a refresh that was saved, and another
					if now, d = p.Refresh(c.typeName, now); d.Failed() {
						t.Error(d)
					}
				}
			}
			if planned := mustPlan(t, p, c.typeName, now, c.config); len(differences(planned.Values, now.Values)) == 0 {
				t.Errorf("%s: the plan does not show what was added elsewhere", name)
			}
			p.NextRun()
			_, d = p.Apply(c.typeName, now, nil)
			if stays := slices.Contains(memberIDs(t, b.Client, c.group), c.user); d.Failed() || stays == imports || d.Has("Kept: ") == imports {
				t.Errorf("%s, imported %t: the other membership exists: %t, %v", name, imports, stays, d)
			}
			if got := memberIDs(t, b.Client, "oe-admin"); slices.Contains(got, a) {
				t.Errorf("%s: what it lists is still there", name)
			}
			if err := b.Client.RemoveMember(t.Context(), c.group, c.user); err != nil && !client.IsNotFound(err) {
				t.Fatal(err)
			}
		}
	}
}
