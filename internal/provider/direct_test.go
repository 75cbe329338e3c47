package provider_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// The framework is not asked about objects that do not change or are deleted, and about
// all others.
func TestDirect_answers(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	var asked atomic.Int32
	p := providertest.NewThrough(t, b.Config, provider.CountingFramework(&asked))
	user := p.MustApply("iam_user", providertest.State{}, values{"email": "anna@acme.example", "first_name": "Anna", "last_name": "Schmidt", "group_ids": []any{"oe-viewer"}})
	configs := map[string]values{
		"iam_user":             {"email": "anna@acme.example", "first_name": "Anna", "last_name": "Schmidt", "group_ids": []any{"oe-viewer"}},
		"iam_group_membership": {"group_id": "oe-viewer", "user_id": user.Values["id"]},
		"iam_user_groups":      {"user_id": user.Values["id"], "group_ids": []any{"oe-viewer"}},
	}
	states := map[string]providertest.State{}
	for typeName, config := range configs {
		state := user
		if typeName != "iam_user" {
			state = p.MustApply(typeName, providertest.State{}, config)
		}
		asked.Store(0)
		text, err := json.Marshal(state.Values)
		if err != nil {
			t.Fatal(err)
		}
		upgraded, d := p.Upgrade(typeName, 0, text)
		if d.Failed() || !reflect.DeepEqual(upgraded, state.Values) {
			t.Errorf("%s: the state becomes %v, %v", typeName, upgraded, d)
		}
		state, d = p.Refresh(typeName, state)
		if d.Failed() {
			t.Fatalf("%s: %v", typeName, d)
		}
		planned, _, d := p.Plan(typeName, state, config)
		if d.Failed() || !reflect.DeepEqual(planned.Values, state.Values) {
			t.Errorf("%s: the plan is %v, %v", typeName, planned.Values, d)
		}
		if n := asked.Load(); n > 0 {
			t.Errorf("%s: the framework answers %d times", typeName, n)
		}
		p.Plan(typeName, providertest.State{}, config)
		if n := asked.Load(); n != 1 {
			t.Errorf("%s: the framework answers %d creations of one", typeName, n)
		}
		states[typeName] = state
	}
	asked.Store(0)
	for typeName, state := range states {
		if gone, d := p.Apply(typeName, state, nil); d.Failed() || gone.Values != nil {
			t.Errorf("%s: after its deletion there is %v, %v", typeName, gone.Values, d)
		}
	}
	if n := asked.Load(); n > 0 {
		t.Errorf("the framework answers %d times to delete objects", n)
	}
}

// The responses to a deletion are the same as those of the framework, including those to
// one that fails.
func TestDirect_deletes(t *testing.T) {
	t.Parallel()
	fast := deletions(t, func(s provider.ProtocolServer) provider.ProtocolServer { return s })
	for name, slow := range deletions(t, provider.FrameworkOnly) {
		if !reflect.DeepEqual(fast[name], slow) {
			t.Errorf("%s gives\n%s\nand with the framework\n%s", name, fast[name], slow)
		}
	}
}

var requestID = regexp.MustCompile(`request id [-0-9a-f]+`)

// deletions plans and applies deletions in a tenant of its own and returns the
// responses, without ids.
func deletions(t *testing.T, through func(provider.ProtocolServer) provider.ProtocolServer) map[string]string {
	t.Helper()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.NewThrough(t, b.Config, through)
	c := compared{t: t, slow: p}
	responses := map[string]string{}
	note := func(name, typeName string, state providertest.State) {
		planned, _, d := p.Plan(typeName, state, nil)
		text := fmt.Sprint(c.plain(typeName, responded{planned, d}))
		gone, d := p.Apply(typeName, state, nil)
		text += fmt.Sprint(c.plain(typeName, responded{gone, d}))
		for _, name := range []string{"id", "user_id"} {
			if id, ok := state.Values[name].(string); ok {
				text = strings.ReplaceAll(text, id, "ID")
			}
		}
		responses[name] = requestID.ReplaceAllString(text, "")
	}
	for _, how := range []string{"remove", "lock", "delete"} { // the last is refused
		config := values{"email": how + "@acme.example", "first_name": "Anna", "last_name": "Schmidt", "on_destroy": how}
		user := p.MustApply("iam_user", providertest.State{}, config)
		membership := values{"group_id": "oe-viewer", "user_id": user.Values["id"]}
		note("membership "+how, "iam_group_membership", p.MustApply("iam_group_membership", providertest.State{}, membership))
		groups := values{"user_id": user.Values["id"], "group_ids": []any{"oe-viewer"}}
		note("groups "+how, "iam_user_groups", p.MustApply("iam_user_groups", providertest.State{}, groups))
		note("user "+how, "iam_user", user)
		note("user gone "+how, "iam_user", user)
	}
	owner, d := p.Import("iam_user", "owner@acme.example")
	if d.Failed() {
		t.Fatal(d)
	}
	note("Owner", "iam_user", owner)
	return responses
}

// Whatever the states, configurations and settings are, the responses of a run are the
// same as if the framework answered every request: values, identities, private data,
// errors and warnings, and those of every later resource of the run, which depend on
// what was recorded for the earlier ones.
func TestDirect_sameAsFramework(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{NoFaults: true})
	people := population(t, b.Client)
	for name, settings := range map[string]values{
		"no settings":      {},
		"defaults":         {"user_defaults": values{"department": "Sales", "preferred_language": "de"}},
		"unknown defaults": {"user_defaults": values{"department": providertest.Unknown}},
		"adoption":         {"adopt_existing": true},
		"impact":           {"guardrails": values{"show_impact": true}},
		"limits":           {"guardrails": values{"max_users_losing_access": 0, "keep_admins": 1, "protect_users": []any{"User1@acme.example"}}},
		"unknown tenant":   {"tenant": providertest.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := maps.Clone(b.Config)
			maps.Copy(config, settings)
			var asked atomic.Int32
			c := compared{t: t, fast: providertest.NewThrough(t, config, provider.CountingFramework(&asked)), slow: providertest.NewThrough(t, config, provider.FrameworkOnly)}
			for seed := range uint64(20) {
				c.rand, c.steps = rand.New(rand.NewPCG(seed, 1)), nil //nolint:gosec // a test that can be repeated
				c.run(people)
			}
			if answered := int32(c.requests) - asked.Load(); answered < int32(c.requests)/3 { //nolint:gosec // a few thousand
				t.Errorf("the framework answers all but %d of %d requests, so little is compared", answered, c.requests)
			}
		})
	}
}

// population creates users and returns them as the API does.
func population(t *testing.T, c *client.Client) (people []api.User) {
	t.Helper()
	groups := [][]string{{}, {"oe-admin"}, {"oe-viewer"}, {"oe-admin", "oe-viewer"}}
	for n, ids := range groups {
		email := fmt.Sprintf("user%d@acme.example", n)
		id, err := c.CreateUser(t.Context(), api.UserCreate{FirstName: "User", LastName: fmt.Sprint(n), ContactEmail: email, PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: ids})
		if err == nil && n == 2 {
			err = c.LockUser(t.Context(), id)
		}
		if err != nil {
			t.Fatal(err)
		}
		user, err := c.User(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		people = append(people, *user)
	}
	return people
}

// compared sends the same requests to two providers.
type compared struct {
	t          *testing.T
	fast, slow *providertest.Provider
	rand       *rand.Rand
	requests   int
	steps      []string // of this run
}

// subject is a resource of a random run.
type subject struct {
	typeName string
	state    providertest.State
	config   values
}

// run plans a few random resources, with a refresh or without.
func (c *compared) run(people []api.User) {
	c.fast.NextRun()
	c.slow.NextRun()
	refresh, upgrade, twice := c.rand.IntN(4) > 0, c.rand.IntN(2) == 0, c.rand.IntN(4) == 0
	subjects := make([]subject, 2+c.rand.IntN(4))
	for i := range subjects {
		subjects[i] = c.subject(people[c.rand.IntN(len(people))])
	}
	for _, s := range subjects {
		if upgrade && s.state.Values != nil {
			c.upgrade(s)
		}
	}
	for i, s := range subjects {
		if refresh && s.state.Values != nil {
			subjects[i].state = c.refresh(s)
		}
		if !twice {
			c.plan(subjects[i])
		}
	}
	for _, s := range subjects {
		if twice {
			c.plan(s)
			c.plan(s)
		}
	}
}

func (c *compared) upgrade(s subject) {
	text, err := json.Marshal(s.state.Values)
	if err != nil {
		c.t.Fatal(err)
	}
	version := mostly(c.rand, int64(0), 1)
	fast, d := c.fast.Upgrade(s.typeName, version, text)
	slow, dd := c.slow.Upgrade(s.typeName, version, text)
	c.same("upgrade", s, responded{providertest.State{Values: fast}, d}, responded{providertest.State{Values: slow}, dd})
}

func (c *compared) refresh(s subject) providertest.State {
	fast, d := c.fast.Refresh(s.typeName, s.state)
	slow, dd := c.slow.Refresh(s.typeName, s.state)
	c.same("refresh", s, responded{fast, d}, responded{slow, dd})
	if d.Failed() {
		return s.state
	}
	return slow
}

func (c *compared) plan(s subject) {
	if s.state.Values == nil && s.config == nil {
		return
	}
	fast, replace, d := c.fast.Plan(s.typeName, s.state, s.config)
	slow, replaces, dd := c.slow.Plan(s.typeName, s.state, s.config)
	c.same(fmt.Sprintf("plan (replaces: %t, %t)", replace, replaces), s, responded{fast, d}, responded{slow, dd})
	if replace != replaces {
		c.t.Errorf("replaces: %t, %t", replace, replaces)
	}
}

// responded is what a response says.
type responded struct {
	providertest.State

	diagnostics providertest.Diagnostics
}

func (c *compared) same(step string, s subject, fast, slow responded) {
	c.t.Helper()
	c.requests++
	c.steps = append(c.steps, fmt.Sprintf("%s of %s: state %v, private %s, configuration %v", step, s.typeName, s.state.Values, s.state.Private, s.config))
	one, other := c.plain(s.typeName, fast), c.plain(s.typeName, slow)
	if !reflect.DeepEqual(one, other) {
		c.t.Fatalf("%s\ngives\n%v\nand with the framework\n%v", strings.Join(c.steps, "\n"), one, other)
	}
}

// plain returns a response without the marks that differ each time.
func (c *compared) plain(typeName string, s responded) map[string]any {
	private := map[string][]byte{}
	if len(s.Private) > 0 {
		if err := json.Unmarshal(s.Private, &private); err != nil {
			c.t.Fatal(err)
		}
	}
	noted := map[string]string{}
	for key, value := range private {
		noted[key] = string(value)
		if key == "mark" {
			noted[key] = fmt.Sprintf("%d characters", len(value))
		}
		var note map[string]any
		if json.Unmarshal(value, &note) == nil && note["mark"] != "state" {
			delete(note, "mark")
			noted[key] = fmt.Sprint(note)
		}
	}
	identity := any("none")
	if s.Identity != nil {
		identity = c.slow.Identity(typeName, s.Identity)
	}
	return map[string]any{"values": s.Values, "private": noted, "identity": identity, "diagnostics": s.diagnostics}
}
