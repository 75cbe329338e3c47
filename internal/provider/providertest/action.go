package providertest

import (
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// Open opens an ephemeral resource. The result is nil when it fails.
func (p *Provider) Open(typeName string, config Values) (Values, Diagnostics) {
	p.t.Helper()
	s, ok := p.schema.EphemeralResourceSchemas[typeName]
	if !ok {
		p.t.Fatalf("there is no ephemeral resource %s", typeName)
	}
	configured := p.dynamic(s, config)
	validated, err := p.server.ValidateEphemeralResourceConfig(p.ctx(), &tfprotov6.ValidateEphemeralResourceConfigRequest{TypeName: typeName, Config: configured})
	p.must(err, "validating")
	if d := texts(validated.Diagnostics); d.Failed() {
		return nil, d
	}
	resp, err := p.server.OpenEphemeralResource(p.ctx(), &tfprotov6.OpenEphemeralResourceRequest{TypeName: typeName, Config: configured})
	p.must(err, "opening")
	if d := texts(resp.Diagnostics); d.Failed() {
		return nil, d
	}
	return p.plain(s, resp.Result), texts(resp.Diagnostics)
}

// PlanAction validates and plans an action, in the run of NextRun or in one of
// its own.
func (p *Provider) PlanAction(typeName string, config Values) Diagnostics {
	p.t.Helper()
	defer p.begin(true)()
	return p.planAction(typeName, config)
}

// action returns the action server and the configuration of an action.
func (p *Provider) action(typeName string, config Values) (tfprotov6.ActionServer, *tfprotov6.DynamicValue) {
	p.t.Helper()
	s, ok := p.schema.ActionSchemas[typeName]
	if !ok {
		p.t.Fatalf("there is no action %s", typeName)
	}
	actions, ok := p.server.(tfprotov6.ActionServer)
	if !ok {
		p.t.Fatal("the provider serves no actions")
	}
	return actions, p.dynamic(s.Schema, config)
}

func (p *Provider) planAction(typeName string, config Values) (d Diagnostics) {
	p.t.Helper()
	actions, configured := p.action(typeName, config)
	validated, err := actions.ValidateActionConfig(p.ctx(), &tfprotov6.ValidateActionConfigRequest{ActionType: typeName, Config: configured})
	p.must(err, "validating")
	if d = texts(validated.Diagnostics); d.Failed() {
		return d
	}
	planned, err := actions.PlanAction(p.ctx(), &tfprotov6.PlanActionRequest{ActionType: typeName, Config: configured})
	p.must(err, "planning")
	return append(d, texts(planned.Diagnostics)...)
}

// Invoke plans and invokes an action, and returns its progress messages.
func (p *Provider) Invoke(typeName string, config Values) (progress []string, d Diagnostics) {
	p.t.Helper()
	defer p.begin(false)()
	if d = p.planAction(typeName, config); d.Failed() {
		return nil, d
	}
	p.applies()
	return p.invoke(typeName, config, d)
}

// InvokePlanned invokes an action that was planned while its configuration, or
// the tenant, was another.
func (p *Provider) InvokePlanned(typeName string, config Values) (progress []string, d Diagnostics) {
	p.t.Helper()
	defer p.begin(false)()
	return p.invoke(typeName, config, nil)
}

func (p *Provider) invoke(typeName string, config Values, d Diagnostics) ([]string, Diagnostics) {
	p.t.Helper()
	actions, configured := p.action(typeName, config)
	var progress []string
	stream, err := actions.InvokeAction(p.ctx(), &tfprotov6.InvokeActionRequest{ActionType: typeName, Config: configured})
	p.must(err, "invoking")
	for event := range stream.Events {
		switch event := event.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			progress = append(progress, event.Message)
		case tfprotov6.CompletedInvokeActionEventType:
			d = append(d, texts(event.Diagnostics)...)
		}
	}
	return progress, d
}
