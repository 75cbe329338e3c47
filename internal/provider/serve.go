package provider

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// address is the provider's in the registry.
const address = "registry.terraform.io/access-config/iam"

// Serve answers Terraform until it ends the process. Debug lets a debugger
// attach. Quiet says that nobody reads the log.
func (p *Plugin) Serve(debug, quiet bool) error {
	var options []tf6server.ServeOpt
	if debug {
		options = append(options, tf6server.WithManagedDebug())
	}
	return tf6server.Serve(address, func() tfprotov6.ProviderServer {
		var full ProtocolServer = finishing{p.Server(), &p.writes}
		if quiet {
			full = forgetful{full}
		}
		return full
	}, options...)
}

// Server returns a provider behind the protocol.
func (p *Plugin) Server() ProtocolServer {
	configured := &iamProvider{Plugin: p}
	s := noting{configured: configured, notes: map[string]noteState{}}
	s.ProtocolServer, _ = providerserver.NewProtocol6(configured)().(ProtocolServer) // the framework's has it all
	for _, made := range configured.Resources(context.Background()) {
		r := made()
		var m resource.MetadataResponse
		r.Metadata(context.Background(), resource.MetadataRequest{ProviderTypeName: "iam"}, &m)
		if n, ok := r.(noteState); ok {
			s.notes[m.TypeName] = n
		}
	}
	return inert{s}
}

// noteState is a managed type that notes which objects the states have.
type noteState interface {
	NoteState(d *plumbing.Data, attributes map[string]json.RawMessage)
}

// noting tells the types of each object in a state. Terraform has every state
// upgraded, but not refreshed under -refresh=false, and the framework asks no type
// about one that needs no upgrade. It tells the guardrails what is planned.
type noting struct {
	ProtocolServer
	configured *iamProvider
	notes      map[string]noteState
}

func (n noting) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	var attributes map[string]json.RawMessage
	if kind, data := n.notes[req.TypeName], n.configured.data.Load(); kind != nil && data != nil && req.RawState != nil && json.Unmarshal(req.RawState.JSON, &attributes) == nil {
		kind.NoteState(data, attributes)
	}
	return n.ProtocolServer.UpgradeResourceState(ctx, req)
}

// PlanResourceChange tells the guardrails which resource is planned, and lets what
// was planned before look at what this step adds.
func (n noting) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	data := n.configured.data.Load()
	defer data.Begin()()
	defer data.RecordRemovals()
	return n.ProtocolServer.PlanResourceChange(plumbing.WithPlan(ctx, req.TypeName, encoded(req.PriorState, req.Config)...), req)
}

// ReadResource tells the guardrails that something is under way.
func (n noting) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	defer n.configured.data.Load().Begin()()
	return n.ProtocolServer.ReadResource(ctx, req)
}

// ReadDataSource tells the guardrails that something is under way.
func (n noting) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	defer n.configured.data.Load().Begin()()
	return n.ProtocolServer.ReadDataSource(ctx, req)
}

// PlanAction tells the guardrails which action is planned.
func (n noting) PlanAction(ctx context.Context, req *tfprotov6.PlanActionRequest) (*tfprotov6.PlanActionResponse, error) {
	defer n.configured.data.Load().Begin()()
	return n.ProtocolServer.PlanAction(plumbing.WithPlan(ctx, req.ActionType, encoded(req.Config)...), req)
}

// ApplyResourceChange stops what breaks a guardrail in the apply.
func (n noting) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	if refusal := n.configured.data.Load().RefuseApply(req.TypeName, encoded(req.PriorState, req.Config)...); refusal != nil {
		return &tfprotov6.ApplyResourceChangeResponse{NewState: req.PriorState, Private: req.PlannedPrivate, Diagnostics: []*tfprotov6.Diagnostic{{
			Severity: tfprotov6.DiagnosticSeverityError, Summary: refusal.Summary(), Detail: refusal.Detail(),
		}}}, nil
	}
	return n.ProtocolServer.ApplyResourceChange(ctx, req)
}

// encoded are values as Terraform sent them.
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

// ProtocolServer is all that Terraform calls in a provider.
type ProtocolServer interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
}

// forgetful keeps the framework from holding on to what comes with each request.
// Until the process ends it keeps the context of every one, so that it can be
// stopped, and with it some ten kilobytes of loggers: a plan of five thousand
// objects then takes more memory than the plugin wants, and most of its time goes
// into collecting it. What is called for every object gets a context of its own,
// without the loggers.
type forgetful struct{ ProtocolServer }

// bare returns a context that ends with another one, or by the function.
func bare(ctx context.Context) (context.Context, func()) {
	own, cancel := context.WithCancel(context.Background())
	stop := context.AfterFunc(ctx, cancel)
	return own, func() {
		stop()
		cancel()
	}
}

func (f forgetful) ValidateResourceConfig(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	ctx, end := bare(ctx)
	defer end()
	return f.ProtocolServer.ValidateResourceConfig(ctx, req)
}

func (f forgetful) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	ctx, end := bare(ctx)
	defer end()
	return f.ProtocolServer.UpgradeResourceState(ctx, req)
}

func (f forgetful) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	ctx, end := bare(ctx)
	defer end()
	return f.ProtocolServer.ReadResource(ctx, req)
}

func (f forgetful) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	ctx, end := bare(ctx)
	defer end()
	return f.ProtocolServer.PlanResourceChange(ctx, req)
}

func (f forgetful) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	ctx, end := bare(ctx)
	defer end()
	return f.ProtocolServer.ApplyResourceChange(ctx, req)
}
