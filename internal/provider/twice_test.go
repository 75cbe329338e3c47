package provider_test

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// Newer CLIs plan a resource that is in the state twice: before they refresh it, and
// after. The second plan says what the first said, whatever the guardrails are.
func TestPlan_twice(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	for _, change := range judgedChanges(t, b) {
		if change.prior.Values == nil {
			continue
		}
		for _, limits := range []values{
			{"show_impact": true},
			{"protect_users": []any{"anna@acme.example", "vera@acme.example"}, "max_users_losing_access": 0, "max_users_gaining_access": 0},
		} {
			p := providertest.New(t, with(b.Config, values{"guardrails": limits}))
			first, second := p.PlanTwice(change.typeName, change.prior, change.config)
			if !reflect.DeepEqual(first, second) || len(first) == 0 {
				t.Errorf("%s, %s, %v: got %v, then %v", change.typeName, change.name, limits, first, second)
			}
		}
	}
}

// Planning twice changes nothing for the resources that are planned later: the same
// memberships have two owners, and the same plans break a limit.
func TestPlan_twiceForOthers(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{NoFaults: true})
	people := population(t, b.Client)
	for name, settings := range map[string]values{
		"owners": {},
		"impact": {"guardrails": values{"show_impact": true}},
		"limits": {"guardrails": values{"max_users_losing_access": 0, "protect_users": []any{"user1@acme.example"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			once, twice := providertest.New(t, with(b.Config, settings)), providertest.New(t, with(b.Config, settings))
			failed := 0
			for seed := range uint64(20) {
				c := compared{t: t, slow: once, rand: rand.New(rand.NewPCG(seed, 2))} //nolint:gosec // a test that can be repeated
				once.NextRun()
				twice.NextRun()
				for range 4 {
					s := c.subject(people[c.rand.IntN(len(people))])
					if s.state.Values == nil {
						continue
					}
					_, _, want := once.Plan(s.typeName, s.state, s.config)
					first, second := twice.PlanTwice(s.typeName, s.state, s.config)
					if !reflect.DeepEqual(first, want) || !reflect.DeepEqual(second, want) {
						t.Errorf("run %d, %s, state %v, configuration %v: got %v, then %v, and planned once %v", seed, s.typeName, s.state.Values, s.config, first, second, want)
					}
					if slices.ContainsFunc(want, func(text string) bool { return strings.HasPrefix(text, "error") }) {
						failed++
					}
				}
			}
			if failed == 0 {
				t.Error("no plan failed")
			}
		})
	}
}

// A forced replacement is planned first as it is, then without its state, and both
// again after the refresh: the plan names the lost access once each time, and the
// resource is still one.
func TestPlan_twiceReplaced(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{NoFaults: true})
	user := population(t, b.Client)[1]
	p := providertest.New(t, with(b.Config, values{"guardrails": values{"show_impact": true}}))
	state, d := p.Import("iam_user", user.ID)
	if d.Failed() {
		t.Fatal(d)
	}
	config := values{"email": user.ContactEmail, "first_name": user.FirstName, "last_name": user.LastName}
	p.NextRun()
	if state, d = p.Refresh("iam_user", state); d.Failed() {
		t.Fatal(d)
	}
	for n := range 2 {
		kept, _, d := p.Plan("iam_user", state, config)
		if len(d) > 0 {
			t.Errorf("plan %d: %v", n+1, d)
		}
		if _, _, d := p.Plan("iam_user", providertest.State{Private: kept.Private}, config); len(d) != 1 || !d.Has("warning: Access Changes", user.ContactEmail+": is removed") {
			t.Errorf("replacement %d: %v", n+1, d)
		}
	}
}
