package provider_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
)

// The scopes that the documentation lists are enough to plan and to apply every
// change of a type, and none of them is superfluous.
func TestScopes(t *testing.T) {
	t.Parallel()
	all, schemas := newTenants(t), surface(t).ResourceSchemas
	for name := range provider.Scopes() {
		if schemas[name] == nil {
			t.Errorf("%s is no managed type", name)
		}
	}
	for name, row := range lifecycleTypes {
		needs, ok := provider.Scopes()[name]
		if !ok {
			t.Errorf("the scopes of %s are not listed", name)
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &life{t: t, name: name, row: row, schema: schemas[name], tenants: all}
			plan, everything := append([]string{}, needs.Plan...), slices.Concat(needs.Plan, needs.Apply)
			for _, c := range needs.Conditional {
				plan, everything = append(plan, c.Scopes...), append(everything, c.Scopes...)
			}
			if failed := l.exercise(plan, false); failed != "" {
				t.Errorf("a plan with %v: %s", plan, failed)
			}
			if failed := l.exercise(everything, true); failed != "" {
				t.Errorf("an apply with %v: %s", everything, failed)
			}
			without := func(scopes []string, scope string) []string {
				return slices.DeleteFunc(slices.Clone(scopes), func(s string) bool { return s == scope })
			}
			for _, scope := range needs.Plan {
				if l.exercise(without(plan, scope), false) == "" {
					t.Errorf("every plan works without %s", scope)
				}
			}
			for _, scope := range everything[len(needs.Plan):] {
				if l.exercise(without(everything, scope), true) == "" {
					t.Errorf("every apply works without %s", scope)
				}
			}
		})
	}
}

// exercise lets a token of these scopes create an object, change each of its
// arguments and destroy it, or, without writes, plan that. It returns the first
// error, or the first message about a scope.
func (l *life) exercise(scopes []string, writes bool) (failed string) {
	l.t.Helper()
	for _, name := range slices.Sorted(maps.Keys(l.row.arguments)) {
		change := l.row.arguments[name]
		if change.refused != "" {
			continue
		}
		l.start()
		first := l.block("a", change.with)
		if change.from != nil {
			first = l.block("a", change.with, values{name: change.from})
		}
		for _, blocks := range [][]providertest.Block{{first}, {l.next(first, name)}, nil} {
			l.authorize(scopes)
			planned := l.s.Plan(providertest.Run{Blocks: blocks})
			said := planned.Said
			if writes && !planned.Failed() {
				said = append(said, l.s.Apply(planned)...)
			}
			for _, text := range said {
				if strings.HasPrefix(text, "error") || strings.Contains(text, " scope ") {
					return name + ": " + text
				}
			}
			if !writes {
				l.authorize(nil)
				l.run(blocks...)
			}
		}
	}
	return ""
}

// authorize gives the provider a token with these scopes; nil means all.
func (l *life) authorize(scopes []string) {
	l.t.Helper()
	if scopes != nil {
		scopes = append(slices.Clone(scopes), api.ScopeRoleRead) // no scope at all would mean all
	}
	if d := l.p.Configure(with(l.tenant.config, values{"scope": strings.Join(scopes, " ")})); d.Failed() {
		l.t.Fatal(d)
	}
}
