package providertest

import (
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// Plan validates a configuration and plans it over the prior state. The result
// is nil when an error stopped it.
func (p *Provider) Plan(typeName string, prior State, config Values) (planned State, replace bool, d Diagnostics) {
	p.t.Helper()
	defer p.begin(true)()
	return p.plan(typeName, prior, config)
}

func (p *Provider) plan(typeName string, prior State, config Values) (planned State, replace bool, d Diagnostics) {
	p.t.Helper()
	req, d := p.planRequest(typeName, prior, config)
	if d.Failed() {
		return planned, false, d
	}
	resp, err := p.server.PlanResourceChange(p.ctx(), req)
	p.must(err, "planning")
	if d = append(d, texts(resp.Diagnostics)...); d.Failed() {
		return planned, false, d
	}
	return State{p.plain(p.resource(typeName), resp.PlannedState), resp.PlannedPrivate, resp.PlannedIdentity}, len(resp.RequiresReplace) > 0, d
}

// planRequest validates a configuration and returns the request that plans it.
func (p *Provider) planRequest(typeName string, prior State, config Values) (*tfprotov6.PlanResourceChangeRequest, Diagnostics) {
	p.t.Helper()
	s := p.resource(typeName)
	req := &tfprotov6.PlanResourceChangeRequest{
		TypeName: typeName, Config: p.dynamic(s, config), PriorState: p.dynamic(s, prior.Values), PriorPrivate: prior.Private, PriorIdentity: prior.Identity,
		ProposedNewState: p.dynamic(s, propose(s, prior.Values, config)),
	}
	if config == nil {
		return req, nil // a destroy has nothing to validate
	}
	validated, err := p.server.ValidateResourceConfig(p.ctx(), &tfprotov6.ValidateResourceConfigRequest{
		TypeName: typeName, Config: req.Config,
		ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true},
	})
	p.must(err, "validating")
	return req, texts(validated.Diagnostics)
}

// PlanTwice plans a configuration with one request that is sent twice, and returns what
// each response reports.
func (p *Provider) PlanTwice(typeName string, prior State, config Values) (first, second Diagnostics) {
	p.t.Helper()
	defer p.begin(true)()
	req, d := p.planRequest(typeName, prior, config)
	if d.Failed() {
		return d, d
	}
	for _, reported := range []*Diagnostics{&first, &second} {
		resp, err := p.server.PlanResourceChange(p.ctx(), req)
		p.must(err, "planning")
		*reported = append(slices.Clone(d), texts(resp.Diagnostics)...)
	}
	return first, second
}

// propose merges configuration and prior state as Terraform does before it
// asks the provider: what is computed and not configured keeps its value, and
// what is write-only stays in the configuration.
func propose(s *tfprotov6.Schema, prior, config Values) Values {
	if config == nil {
		return nil
	}
	proposed := Values{}
	for _, a := range s.Block.Attributes {
		if a.WriteOnly {
			continue
		}
		proposed[a.Name] = config[a.Name]
		if config[a.Name] == nil && a.Computed && prior != nil {
			proposed[a.Name] = prior[a.Name]
		}
	}
	return proposed
}
