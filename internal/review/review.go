// Package review reads a plan, makes its changes to a tenant in memory as the
// apply would make them, and says who gains and who loses access.
package review

import (
	"context"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// Offline reviews a plan and asks no one: it starts from the state in the plan,
// which knows what is managed there and no more.
func Offline(p *Plan) Result {
	before := priorState(p)
	after := applyPlan(p, before)
	for _, c := range p.ResourceChanges {
		if c.Type == "iam_role_template" && c.does("update", "delete") {
			after.note(c, "groups that start from the role template and are not in this state are not reviewed offline")
		}
	}
	return compare(p, before, after)
}

// Online reviews a plan against the tenant as it is now.
func Online(ctx context.Context, p *Plan, c *client.Client) (Result, error) {
	before, err := c.State(ctx)
	if err == nil {
		err = c.AddMake(ctx, &before)
	}
	if err != nil {
		return Result{}, err
	}
	after := applyPlan(p, before)
	if err := after.putTemplates(ctx, c, p); err != nil {
		return Result{}, err
	}
	return compare(p, before, after), nil
}

func compare(p *Plan, before access.State, after *applied) Result {
	r := Result{Unresolved: after.unresolved, Errored: p.Errored}
	state := after.state()
	for u := range access.CompareStates(before, state) {
		r.People = append(r.People, Person{UserChange: u})
	}
	old := map[string]bool{}
	key := func(f access.Finding) string {
		return strings.Join([]string{string(f.Kind), strings.ToLower(f.Email), f.Entity, strings.Join(f.Groups, " "), f.Text}, "\x00")
	}
	for _, f := range access.Findings(before) {
		old[key(f)] = true
	}
	for _, f := range access.Findings(state) {
		if !old[key(f)] {
			r.Findings = append(r.Findings, Finding{Finding: f})
		}
	}
	return r
}
