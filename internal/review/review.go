// Package review reads a plan, makes its changes to the tenants in memory as the
// apply would make them, and says who gains and who loses access. What it cannot
// find out it says, too: unknown is never "no change".
package review

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// Against says against what a plan is reviewed.
type Against struct {
	// Tenant is of a plan that does not say it itself; empty if there is no need.
	Tenant string
	// Named says that Tenant was given for this plan, and is no default.
	Named bool
	// Open returns a client of a tenant and what ends it; no client where nothing
	// says in which place the tenant is. Nil reviews offline: from the state in the
	// plan, which knows what is managed there and no more.
	Open func(ctx context.Context, tenant string) (c *client.Client, end func() error, err error)
}

// Run reviews a plan.
func Run(ctx context.Context, p *Plan, o Against) (r Result, err error) {
	s, err := newSources(p, o)
	if err != nil {
		return r, err
	}
	r = Result{Errored: p.errored, Incomplete: !p.whole, Unresolved: slices.Clone(p.odd)}
	parts, rest := divide(p, s)
	defer func() { err = errors.Join(err, finish(parts)) }()
	for _, t := range parts {
		if err := t.start(ctx, o); err != nil {
			return r, err
		}
	}
	rest.settle(parts)
	find := newResolver(p)
	for _, t := range parts {
		if err := r.review(ctx, t, find, o.Open == nil); err != nil {
			return r, err
		}
	}
	r.Unresolved = append(r.Unresolved, rest.unresolved...)
	return r, nil
}

// review adds what the plan does to one tenant.
func (r *Result) review(ctx context.Context, t *part, find *resolver, offline bool) error {
	r.Tenants = append(r.Tenants, t.name)
	r.drifted(t)
	if t.client == nil && !offline {
		r.nowhere(t)
		return nil
	}
	after := newApplied(t.name, t.before, find)
	after.offline = offline
	after.learn(t)
	if !offline {
		r.unread(t)
		after.since(t, !r.Incomplete || r.Errored)
		if err := after.readTemplates(ctx, t); err != nil {
			return err
		}
	}
	after.apply(t)
	r.compare(t, after)
	return nil
}

// unread notes what the token may not read.
func (r *Result) unread(t *part) {
	for _, what := range t.before.Unread {
		if slices.ContainsFunc(t.changes, change.changes) || len(t.actions) > 0 {
			r.Unresolved = append(r.Unresolved, Unresolved{t.name, "", fmt.Sprintf("the token may not read %s: what becomes of that is not reviewed", what)})
		}
	}
}

// nowhere notes what happens to a tenant of which nothing says where it is.
func (r *Result) nowhere(t *part) {
	note := func(address string) {
		r.Unresolved = append(r.Unresolved, Unresolved{t.name, address, fmt.Sprintf("nothing says where tenant %s is", t.name)})
	}
	for _, c := range t.changes {
		if c.changes() {
			note(c.address)
		}
	}
	for _, i := range t.actions {
		note(i.address)
	}
}

// compare adds who gains and who loses, and what there is to look at.
func (r *Result) compare(t *part, after *applied) {
	r.Unresolved = append(r.Unresolved, after.problems...)
	state := after.State()
	for u := range access.CompareStates(t.before, state) {
		r.People = append(r.People, Person{t.name, u})
	}
	old := map[string]bool{}
	key := func(f access.Finding) string {
		return strings.Join([]string{string(f.Kind), strings.ToLower(f.Email), f.Entity, strings.Join(f.Groups, " "), f.Text}, "\x00")
	}
	for _, f := range access.Findings(t.before) {
		old[key(f)] = true
	}
	for _, f := range access.Findings(state) {
		if !old[key(f)] {
			r.Findings = append(r.Findings, Finding{t.name, f})
		}
	}
}
