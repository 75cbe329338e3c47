package provider

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// address is the address of the provider in the registry.
const address = "registry.terraform.io/access-config/iam"

// Serve serves Terraform until Terraform ends the process. debug lets a
// debugger attach. quiet is set if nobody reads the log.
func (p *Plugin) Serve(debug, quiet bool) error {
	var options []tf6server.ServeOpt
	if debug {
		options = append(options, tf6server.WithManagedDebug())
	}
	return tf6server.Serve(address, func() tfprotov6.ProviderServer {
		var full ProtocolServer = finishing{p.Server(), &p.writes}
		if quiet {
			full = plainContexts{full}
		}
		return full
	}, options...)
}

// Server returns a protocol server for a provider.
func (p *Plugin) Server() ProtocolServer {
	configured := &iamProvider{Plugin: p}
	s := noting{configured: configured, notes: map[string]noteState{}, runs: &configured.runs}
	framework, _ := providerserver.NewProtocol6(configured)().(ProtocolServer) // it implements every method
	known := direct{ProtocolServer: framework, configured: configured, types: map[string]*directType{}}
	for _, made := range configured.Resources(context.Background()) {
		r := made()
		var m resource.MetadataResponse
		r.Metadata(context.Background(), resource.MetadataRequest{ProviderTypeName: "iam"}, &m)
		if n, ok := r.(noteState); ok {
			s.notes[m.TypeName] = n
		}
		if d, ok := r.(directResource); ok && directTypes[m.TypeName] {
			known.types[m.TypeName] = newDirectType(context.Background(), d, made)
		}
	}
	s.ProtocolServer = known
	return inert{s}
}

// noteState is a managed type that records which objects are in the state.
type noteState interface {
	NoteState(d *plumbing.Data, attributes map[string]json.RawMessage)
}

// noting passes each object in the state to its type, and each planned step to
// the guardrails. It uses the upgrade request, because Terraform upgrades every
// state but does not refresh it with -refresh=false, and the framework does not
// call a type for a state that needs no upgrade.
type noting struct {
	ProtocolServer
	configured *iamProvider
	notes      map[string]noteState
	runs       *plumbing.Runs
}

// ValidateProviderConfig records that Terraform validates before it configures.
func (n noting) ValidateProviderConfig(ctx context.Context, req *tfprotov6.ValidateProviderConfigRequest) (*tfprotov6.ValidateProviderConfigResponse, error) {
	n.runs.NoteProvider()
	return n.ProtocolServer.ValidateProviderConfig(ctx, req)
}

// ValidateResourceConfig records the resources that Terraform is going to plan.
func (n noting) ValidateResourceConfig(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	resp, err := n.ProtocolServer.ValidateResourceConfig(ctx, req)
	if n.configured.data.Load() != nil && err == nil && !slices.ContainsFunc(resp.Diagnostics, isError) {
		n.runs.NoteValidated()
	}
	return resp, err
}

func isError(d *tfprotov6.Diagnostic) bool { return d.Severity == tfprotov6.DiagnosticSeverityError }

func (n noting) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	var attributes map[string]json.RawMessage
	if kind, data := n.notes[req.TypeName], n.configured.data.Load(); kind != nil && data != nil && req.RawState != nil && json.Unmarshal(req.RawState.JSON, &attributes) == nil {
		kind.NoteState(data, attributes)
	}
	return n.ProtocolServer.UpgradeResourceState(ctx, req)
}

// PlanResourceChange passes the planned resource to the guardrails, and what it
// adds to resources that were planned before.
func (n noting) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	data := n.configured.data.Load()
	defer data.Begin()()
	defer data.RecordRemovals()
	if null, err := req.ProposedNewState.IsNull(); err == nil && !null {
		n.runs.NotePlanned()
	}
	return n.ProtocolServer.PlanResourceChange(plumbing.WithPlan(ctx, req.TypeName, encoded(req.PriorState, req.Config)...), req)
}

// ReadResource tells the guardrails that a request is in progress.
func (n noting) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	defer n.configured.data.Load().Begin()()
	return n.ProtocolServer.ReadResource(ctx, req)
}

// ReadDataSource tells the guardrails that a request is in progress.
func (n noting) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	defer n.configured.data.Load().Begin()()
	return n.ProtocolServer.ReadDataSource(ctx, req)
}

// PlanAction tells the guardrails which action is planned.
func (n noting) PlanAction(ctx context.Context, req *tfprotov6.PlanActionRequest) (*tfprotov6.PlanActionResponse, error) {
	defer n.configured.data.Load().Begin()()
	return n.ProtocolServer.PlanAction(plumbing.WithPlan(ctx, req.ActionType, encoded(req.Config)...), req)
}

// ApplyResourceChange refuses a change that breaks a guardrail in the apply.
func (n noting) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	if refusal := n.configured.data.Load().RefuseApply(req.TypeName, encoded(req.PriorState, req.Config)...); refusal != nil {
		return &tfprotov6.ApplyResourceChangeResponse{NewState: req.PriorState, Private: req.PlannedPrivate, Diagnostics: []*tfprotov6.Diagnostic{{
			Severity: tfprotov6.DiagnosticSeverityError, Summary: refusal.Summary(), Detail: refusal.Detail(),
		}}}, nil
	}
	return n.ProtocolServer.ApplyResourceChange(ctx, req)
}

// encoded returns values as Terraform sent them.
func encoded(values ...*tfprotov6.DynamicValue) [][]byte {
	parts := make([][]byte, 0, 2*len(values))
	for _, v := range values {
		if v == nil {
			v = &tfprotov6.DynamicValue{}
		}
		parts = append(parts, v.MsgPack, v.JSON)
	}
	return parts
}

// ProtocolServer is the complete protocol that Terraform uses.
type ProtocolServer interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
}

// plainContexts keeps the framework from holding on to the context of each
// request. The framework keeps every context until the process ends, to be able
// to stop it, and with it some ten kilobytes of loggers. In a plan of five
// thousand objects, that takes much memory and most of the time is spent on
// garbage collection. Requests for single objects therefore get a context
// without the loggers.
type plainContexts struct{ ProtocolServer }

// plainContext returns a context without values that ends with ctx or by the
// function.
func plainContext(ctx context.Context) (context.Context, func()) {
	own, cancel := context.WithCancel(context.Background())
	stop := context.AfterFunc(ctx, cancel)
	return own, func() {
		stop()
		cancel()
	}
}

func (f plainContexts) ValidateResourceConfig(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	ctx, end := plainContext(ctx)
	defer end()
	return f.ProtocolServer.ValidateResourceConfig(ctx, req)
}

func (f plainContexts) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	ctx, end := plainContext(ctx)
	defer end()
	return f.ProtocolServer.UpgradeResourceState(ctx, req)
}

func (f plainContexts) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	ctx, end := plainContext(ctx)
	defer end()
	return f.ProtocolServer.ReadResource(ctx, req)
}

func (f plainContexts) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	ctx, end := plainContext(ctx)
	defer end()
	return f.ProtocolServer.PlanResourceChange(ctx, req)
}

func (f plainContexts) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	ctx, end := plainContext(ctx)
	defer end()
	return f.ProtocolServer.ApplyResourceChange(ctx, req)
}
