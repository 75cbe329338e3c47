// Package review reads a plan, applies its changes to the tenants in memory and
// reports who gains and who loses access. It also reports what it cannot
// determine: unknown never counts as "no change".
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

// Against describes the tenants that a plan is reviewed against.
type Against struct {
	// Tenant is the tenant of a plan that does not name one. It can be empty.
	Tenant string
	// Named is set if Tenant was given for this plan and is not a default.
	Named bool
	// Open returns a client of a tenant and a function that closes it, or a nil
	// client if no API is given for the tenant. If Open is nil, the review is
	// offline: it starts from the state in the plan, which knows only what it
	// manages.
	Open func(ctx context.Context, tenant string) (c *client.Client, end func() error, err error)
}

// Run reviews a plan.
func Run(ctx context.Context, p *Plan, o Against) (r Result, err error) {
	s, err := newSources(p, o)
	if err != nil {
		return r, err
	}
	r = Result{Errored: p.errored, Incomplete: !p.complete, Unresolved: slices.Clone(p.unsupported)}
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

// review adds the effects of the plan on one tenant.
func (r *Result) review(ctx context.Context, t *part, find *resolver, offline bool) error {
	r.Tenants = append(r.Tenants, t.name)
	r.drifted(t)
	if t.client == nil && !offline {
		r.unreachable(t)
		return nil
	}
	after := newApplied(t.name, t.before, find)
	after.offline = offline
	after.learn(t)
	if !offline {
		r.noteUnread(t)
		after.noteChangedSince(t, !r.Incomplete || r.Errored)
		if err := after.readTemplates(ctx, t); err != nil {
			return err
		}
	}
	after.apply(t)
	r.compare(t, after)
	return nil
}

// noteUnread notes what the token has no permission to read.
func (r *Result) noteUnread(t *part) {
	for _, what := range t.before.Unread {
		if slices.ContainsFunc(t.changes, change.changes) || len(t.actions) > 0 {
			r.Unresolved = append(r.Unresolved, Unresolved{t.name, "", fmt.Sprintf("the token has no permission to read %s: changes there are not reviewed", what)})
		}
	}
}

// unreachable notes the changes to a tenant without a client.
func (r *Result) unreachable(t *part) {
	note := func(address string) {
		r.Unresolved = append(r.Unresolved, Unresolved{t.name, address, fmt.Sprintf("no API or database is given for tenant %s", t.name)})
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

// compare adds the people whose access changes, and new findings.
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
