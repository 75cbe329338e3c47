// Package rivals compares the core with general authorization engines on the same
// tenant: casbin and cedar-go. It is a separate module, so that the provider does
// not depend on them.
//
// The engines answer what they are designed for: whether a user may do something.
// What they do not support, such as a report of everything a user may do, takes
// one question each. Read the ratios to "here".
package rivals

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/casbin/casbin/v3"
	"github.com/casbin/casbin/v3/model"
	"github.com/cedar-policy/cedar-go"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/bench"
)

// engine decides whether a user holds the level on an entity's records with the
// site; the empty site means records without one.
type engine interface {
	allowed(u *access.StateUser, entity string, level access.Level, site string) bool
	// report returns how much a user may do, in the engine's own unit.
	report(u *access.StateUser) int
}

var entities = access.Entities()

// The tenant and the engines loaded with it, shared by all benchmarks.
var (
	tenant     = sync.OnceValue(func() access.State { return bench.Tenant(bench.Users) })
	makeHere   = sync.OnceValue(newHere)
	makeCasbin = sync.OnceValue(newCasbin)
	makeCedar  = sync.OnceValue(newCedar)
)

var engines = []struct {
	name string
	make func() engine
}{{"here", makeHere}, {"casbin", makeCasbin}, {"cedar", makeCedar}}

type here struct{ groups *access.Compiled }

func newHere() engine { return here{access.Compile(tenant().Groups)} }

func (e here) allowed(u *access.StateUser, entity string, level access.Level, site string) bool {
	var restriction *string
	if site != "" {
		restriction = &site
	}
	return e.groups.Subject(u.Locked, u.GroupIDs...).Decide(entity, level, restriction).Allowed
}

func (e here) report(u *access.StateUser) int {
	return len(e.groups.Subject(u.Locked, u.GroupIDs...).Report())
}

// rule is what a group grants: a level on an entity, on records of some sites.
type rule struct {
	group, entity string
	level         access.Level
	sites         []string // none: everywhere
}

func rules() []rule {
	var list []rule
	for _, g := range tenant().Groups {
		for i, held := range g.Access() {
			for _, level := range entities[i].Product.Levels()[1:] {
				if level > held {
					break
				}
				r := rule{group: g.ID, entity: entities[i].Code, level: level}
				if entities[i].RestrictionAware {
					r.sites = g.Restrictions
				}
				list = append(list, r)
			}
		}
	}
	return list
}

// casbinEngine is casbin with roles. The cheap conditions come first.
type casbinEngine struct{ e *casbin.Enforcer }

const casbinModel = `
[request_definition]
r = sub, obj, act, site
[policy_definition]
p = sub, obj, act, site
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.obj == p.obj && r.act == p.act && (p.site == "*" || p.site == r.site) && g(r.sub, p.sub)
`

func newCasbin() engine {
	m, err := model.NewModelFromString(casbinModel)
	check(err)
	e, err := casbin.NewEnforcer(m)
	check(err)
	var policies [][]string
	for _, r := range rules() {
		if len(r.sites) == 0 {
			policies = append(policies, []string{r.group, r.entity, r.level.String(), "*"})
		}
		for _, site := range slices.Compact(slices.Sorted(slices.Values(r.sites))) {
			policies = append(policies, []string{r.group, r.entity, r.level.String(), site})
		}
	}
	_, err = e.AddPolicies(policies)
	check(err)
	var members [][]string
	for _, u := range tenant().Users {
		for _, id := range slices.Compact(slices.Sorted(slices.Values(u.GroupIDs))) {
			members = append(members, []string{u.ID, id})
		}
	}
	_, err = e.AddGroupingPolicies(members)
	check(err)
	return casbinEngine{e}
}

func (e casbinEngine) allowed(u *access.StateUser, entity string, level access.Level, site string) bool {
	ok, err := e.e.Enforce(u.ID, entity, level.String(), site)
	check(err)
	return ok
}

func (e casbinEngine) report(u *access.StateUser) int {
	permissions, err := e.e.GetImplicitPermissionsForUser(u.ID)
	check(err)
	return len(permissions)
}

// cedarEngine is cedar-go: a policy per group, level and reach, with the
// entities in a condition, as fewer policies are faster.
type cedarEngine struct {
	policies *cedar.PolicySet
	entities cedar.EntityMap
}

func newCedar() engine {
	type key struct {
		group string
		level access.Level
		sites string
	}
	byKey := map[key][]string{}
	for _, r := range rules() {
		k := key{r.group, r.level, quoted(r.sites)}
		byKey[k] = append(byKey[k], fmt.Sprintf("Entity::%q", r.entity))
	}
	var text strings.Builder
	for k, entities := range byKey {
		fmt.Fprintf(&text, "permit(principal in Group::%q, action == Action::%q, resource) when { [%s].contains(resource)", k.group, k.level, strings.Join(entities, ", "))
		if k.sites != "" {
			fmt.Fprintf(&text, " && [%s].contains(context.site)", k.sites)
		}
		text.WriteString(" };\n")
	}
	policies, err := cedar.NewPolicySetFromBytes("tenant.cedar", []byte(text.String()))
	check(err)
	e := cedarEngine{policies, cedar.EntityMap{}}
	for _, u := range tenant().Users {
		var groups []cedar.EntityUID
		for _, id := range u.GroupIDs {
			groups = append(groups, cedar.NewEntityUID("Group", cedar.String(id)))
		}
		uid := cedar.NewEntityUID("User", cedar.String(u.ID))
		e.entities[uid] = cedar.Entity{UID: uid, Parents: cedar.NewEntityUIDSet(groups...)}
	}
	return e
}

func quoted(list []string) string {
	var all []string
	for _, text := range list {
		all = append(all, fmt.Sprintf("%q", text))
	}
	return strings.Join(all, ", ")
}

func (e cedarEngine) allowed(u *access.StateUser, entity string, level access.Level, site string) bool {
	decision, _ := cedar.Authorize(e.policies, e.entities, cedar.Request{
		Principal: cedar.NewEntityUID("User", cedar.String(u.ID)),
		Action:    cedar.NewEntityUID("Action", cedar.String(level.String())),
		Resource:  cedar.NewEntityUID("Entity", cedar.String(entity)),
		Context:   cedar.NewRecord(cedar.RecordMap{"site": cedar.String(site)}),
	})
	return decision == cedar.Allow
}

func (e cedarEngine) report(u *access.StateUser) int {
	count := 0
	for _, entity := range entities {
		for _, level := range entity.Product.Levels()[1:] {
			if e.allowed(u, entity.Code, level, "") {
				count++
			}
		}
	}
	return count
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// question returns the nth question, spread over users, entities, levels and
// sites.
func question(i int) (u *access.StateUser, entity string, level access.Level, site string) {
	users := tenant().Users
	e := &entities[i%len(entities)]
	levels := e.Product.Levels()[1:]
	if i%3 > 0 {
		site = bench.Site(i % bench.Sites)
	}
	return &users[i*7919%len(users)], e.Code, levels[i%len(levels)], site
}

// All engines give the same answers; otherwise their times could not be compared.
func TestRivalsAgree(t *testing.T) {
	allowed := map[bool]int{}
	for i := range 150 {
		u, entity, level, site := question(i)
		answers := map[string]bool{}
		for _, e := range engines {
			answers[e.name] = e.make().allowed(u, entity, level, site)
		}
		if len(slices.Compact(slices.Collect(maps.Values(answers)))) != 1 {
			t.Errorf("%s, %s on %s at %q: %v", u.ID, level, entity, site, answers)
		}
		allowed[answers["here"]]++
	}
	if allowed[true] < 15 || allowed[false] < 15 {
		t.Errorf("the questions are one-sided: %v", allowed)
	}
}

// compare runs the same with every engine and reports the ratio to "here".
func compare(b *testing.B, run func(e engine, i int)) {
	b.Helper()
	var ours time.Duration
	for _, known := range engines {
		b.Run(known.name, func(b *testing.B) {
			e := known.make()
			i := 0
			for b.Loop() {
				run(e, i)
				i++
			}
			took := b.Elapsed() / time.Duration(b.N)
			if known.name == "here" {
				ours = took
			}
			if ours > 0 {
				b.ReportMetric(float64(took)/float64(ours), "x-here")
			}
		})
	}
}

// BenchmarkDecide asks one question.
func BenchmarkDecide(b *testing.B) {
	compare(b, func(e engine, i int) {
		u, entity, level, site := question(i)
		e.allowed(u, entity, level, site)
	})
}

// BenchmarkReport asks for everything a user may do. Casbin lists the policies
// of the user's groups unmerged; cedar is asked for each entity and level, on
// records without a site only.
func BenchmarkReport(b *testing.B) {
	compare(b, func(e engine, i int) {
		u, _, _, _ := question(i)
		if e.report(u) == 0 {
			b.Fatal("no report")
		}
	})
}
