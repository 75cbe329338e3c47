// Package providertest runs the provider in tests. Provider speaks to it at
// protocol level inside the process, which takes milliseconds: use it for
// logic. Acceptance runs the real Terraform or OpenTofu: use it for what only
// the CLI can show.
package providertest

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/access-config/terraform-provider-iam/internal/provider"
)

// Provider is a configured provider in this process, spoken to as Terraform
// does.
type Provider struct {
	t      testing.TB
	server tfprotov6.ProviderServer
	schema *tfprotov6.GetProviderSchemaResponse
	config Values

	mu      sync.Mutex
	running int  // plans and applies under way
	shared  bool // the run is one of NextRun
	used    bool // something was planned since it was configured
}

// Diagnostics are the errors and warnings of an operation, one text each:
// "error at path: summary: detail".
type Diagnostics []string

// Has reports whether one of the diagnostics holds every part.
func (d Diagnostics) Has(parts ...string) bool {
	for _, text := range d {
		all := true
		for _, part := range parts {
			all = all && strings.Contains(text, part)
		}
		if all {
			return true
		}
	}
	return false
}

// Failed reports whether one of them is an error.
func (d Diagnostics) Failed() bool {
	for _, text := range d {
		if strings.HasPrefix(text, "error") {
			return true
		}
	}
	return false
}

// State is a resource as Terraform keeps it between operations.
type State struct {
	Values   Values // nil: there is none
	Private  []byte
	Identity *tfprotov6.ResourceIdentityData
}

// Start starts a provider with an environment, not configured yet.
func Start(t testing.TB, variables map[string]string) *Provider {
	t.Helper()
	return start(t, variables, func(s provider.ProtocolServer) provider.ProtocolServer { return s })
}

func start(t testing.TB, variables map[string]string, through func(provider.ProtocolServer) provider.ProtocolServer) *Provider {
	t.Helper()
	plugin := provider.New("test", environment(t, variables))
	t.Cleanup(func() {
		if err := plugin.Close(); err != nil {
			t.Errorf("closing the provider: %v", err)
		}
	})
	s := through(plugin.Server())
	p := &Provider{t: t, server: s}
	var err error
	p.schema, err = s.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	p.must(err, "reading the schema")
	return p
}

// environment returns the environment of a provider, with a data directory of
// Terraform for the test alone unless it names one.
func environment(t testing.TB, variables map[string]string) (getenv func(string) string) {
	all := map[string]string{"TF_DATA_DIR": t.TempDir()}
	maps.Copy(all, variables)
	return func(name string) string { return all[name] }
}

// New starts a provider and configures it, which must give no error.
func New(t testing.TB, config Values) *Provider {
	t.Helper()
	return NewThrough(t, config, func(s provider.ProtocolServer) provider.ProtocolServer { return s })
}

// NewThrough is New with the server that the function returns in place of the
// provider's own.
func NewThrough(t testing.TB, config Values, through func(provider.ProtocolServer) provider.ProtocolServer) *Provider {
	t.Helper()
	p := start(t, nil, through)
	if d := p.Configure(config); d.Failed() {
		t.Fatalf("configuring the provider: %v", d)
	}
	return p
}

// Configure validates and configures the provider, as each run of the CLI does
// once.
func (p *Provider) Configure(config Values) Diagnostics {
	p.t.Helper()
	value := p.dynamic(p.schema.Provider, config)
	validated, err := p.server.ValidateProviderConfig(p.ctx(), &tfprotov6.ValidateProviderConfigRequest{Config: value})
	p.must(err, "validating the provider block")
	if d := texts(validated.Diagnostics); d.Failed() {
		return d
	}
	resp, err := p.server.ConfigureProvider(p.ctx(), &tfprotov6.ConfigureProviderRequest{Config: value, TerraformVersion: "1.11.4"})
	p.must(err, "configuring the provider")
	p.config, p.used = config, false
	return texts(resp.Diagnostics)
}

// NextRun begins a run of the CLI, which includes all plans and refreshes up to
// the next Apply. Without it, each plan is a separate run. State of the
// provider, such as recorded owners, does not carry over to the next run.
func (p *Provider) NextRun() {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.shared = true
	p.configureAgain()
}

func (p *Provider) configureAgain() {
	p.t.Helper()
	if d := p.Configure(p.config); d.Failed() {
		p.t.Fatalf("configuring the provider again: %v", d)
	}
}

// Apply plans a configuration and applies the plan, as a run of its own; a nil
// configuration destroys. The state is what Terraform would keep, also after an
// error.
func (p *Provider) Apply(typeName string, prior State, config Values) (State, Diagnostics) {
	p.t.Helper()
	defer p.begin(false)()
	return p.applyInRun(typeName, prior, config)
}

// begin begins a run, unless another is under way, and returns its end. One that
// a test began with NextRun goes on for as long as it shares it.
func (p *Provider) begin(share bool) (end func()) {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.shared = p.shared && share
	if p.running++; p.running == 1 && !p.shared && p.used {
		p.configureAgain()
	}
	p.used = p.config != nil
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.running--
	}
}

// applies is called between the plan and the apply of a run, because Terraform
// restarts the provider for the apply.
func (p *Provider) applies() {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running == 1 && p.config != nil {
		p.configureAgain()
	}
	p.used = p.config != nil
}

// applyInRun is Apply in the run that is under way.
func (p *Provider) applyInRun(typeName string, prior State, config Values) (State, Diagnostics) {
	p.t.Helper()
	planned, replace, d := p.plan(typeName, prior, config)
	if d.Failed() {
		return prior, d
	}
	if replace {
		// Terraform plans the new object with the private data of the first plan, and
		// the destruction of the old one has no plan of its own.
		second, _, dd := p.plan(typeName, State{Private: planned.Private}, config)
		if dd.Failed() {
			return prior, append(d, dd...)
		}
		p.applies()
		destroyed, dd := p.apply(typeName, prior, State{Private: second.Private}, nil)
		if d = append(d, dd...); dd.Failed() {
			return destroyed, d
		}
		made, dd := p.applyInRun(typeName, State{}, config)
		return made, append(d, dd...)
	}
	made, dd := p.apply(typeName, prior, planned, config)
	return made, append(d, dd...)
}

// ApplyPlanned applies what was planned in an earlier run. As Terraform does, it
// plans anything but a destroy again first, and leaves alone what then turns out
// to change nothing.
func (p *Provider) ApplyPlanned(typeName string, prior, planned State, config Values) (State, Diagnostics) {
	p.t.Helper()
	if config == nil {
		return p.apply(typeName, prior, planned, nil)
	}
	again, _, d := p.Plan(typeName, prior, config)
	if d.Failed() || reflect.DeepEqual(again.Values, prior.Values) {
		return prior, d
	}
	state, dd := p.apply(typeName, prior, again, config)
	return state, append(d, dd...)
}

func (p *Provider) apply(typeName string, prior, planned State, config Values) (State, Diagnostics) {
	p.t.Helper()
	s := p.resource(typeName)
	resp, err := p.server.ApplyResourceChange(p.ctx(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: typeName, Config: p.dynamic(s, config), PriorState: p.dynamic(s, prior.Values),
		PlannedState: p.dynamic(s, planned.Values), PlannedPrivate: planned.Private, PlannedIdentity: planned.Identity,
	})
	p.must(err, "applying")
	return State{p.plain(s, resp.NewState), resp.Private, resp.NewIdentity}, texts(resp.Diagnostics)
}

// MustApply applies a configuration that must give no error.
func (p *Provider) MustApply(typeName string, prior State, config Values) State {
	p.t.Helper()
	state, d := p.Apply(typeName, prior, config)
	if d.Failed() {
		p.t.Fatalf("applying %s: %v", typeName, d)
	}
	return state
}

// Refresh reads a resource again. State.Values is nil when it is gone.
func (p *Provider) Refresh(typeName string, state State) (State, Diagnostics) {
	p.t.Helper()
	s := p.resource(typeName)
	resp, err := p.server.ReadResource(p.ctx(), &tfprotov6.ReadResourceRequest{TypeName: typeName, CurrentState: p.dynamic(s, state.Values), Private: state.Private, CurrentIdentity: state.Identity})
	p.must(err, "reading")
	return State{p.plain(s, resp.NewState), resp.Private, resp.NewIdentity}, texts(resp.Diagnostics)
}

// Upgrade reads a state as an earlier release wrote it, in JSON.
func (p *Provider) Upgrade(typeName string, version int64, state []byte) (Values, Diagnostics) {
	p.t.Helper()
	resp, err := p.server.UpgradeResourceState(p.ctx(), &tfprotov6.UpgradeResourceStateRequest{TypeName: typeName, Version: version, RawState: &tfprotov6.RawState{JSON: state}})
	p.must(err, "upgrading the state")
	return p.plain(p.resource(typeName), resp.UpgradedState), texts(resp.Diagnostics)
}

// Import imports a resource by id and reads it.
func (p *Provider) Import(typeName, id string) (State, Diagnostics) {
	p.t.Helper()
	return p.imported(&tfprotov6.ImportResourceStateRequest{TypeName: typeName, ID: id})
}

func (p *Provider) imported(req *tfprotov6.ImportResourceStateRequest) (State, Diagnostics) {
	p.t.Helper()
	typeName := req.TypeName
	s := p.resource(typeName)
	resp, err := p.server.ImportResourceState(p.ctx(), req)
	p.must(err, "importing")
	d := texts(resp.Diagnostics)
	if d.Failed() || len(resp.ImportedResources) == 0 {
		return State{}, d
	}
	imported := resp.ImportedResources[0]
	state, dd := p.Refresh(typeName, State{p.plain(s, imported.State), imported.Private, imported.Identity})
	return state, append(d, dd...)
}

// ReadData reads a data source.
func (p *Provider) ReadData(typeName string, config Values) (Values, Diagnostics) {
	p.t.Helper()
	s, ok := p.schema.DataSourceSchemas[typeName]
	if !ok {
		p.t.Fatalf("there is no data source %s", typeName)
	}
	configured := p.dynamic(s, config)
	validated, err := p.server.ValidateDataResourceConfig(p.ctx(), &tfprotov6.ValidateDataResourceConfigRequest{TypeName: typeName, Config: configured})
	p.must(err, "validating")
	if d := texts(validated.Diagnostics); d.Failed() {
		return nil, d
	}
	resp, err := p.server.ReadDataSource(p.ctx(), &tfprotov6.ReadDataSourceRequest{TypeName: typeName, Config: configured})
	p.must(err, "reading")
	if d := texts(resp.Diagnostics); d.Failed() {
		return nil, d
	}
	return p.plain(s, resp.State), texts(resp.Diagnostics)
}

// Call calls a function. The result is nil, and the error a text that begins
// with "argument N: " where it is about one, when it fails.
func (p *Provider) Call(name string, arguments ...any) (result any, failed string) {
	p.t.Helper()
	f, ok := p.schema.Functions[name]
	if !ok || len(arguments) < len(f.Parameters) || len(arguments) > len(f.Parameters) && f.VariadicParameter == nil {
		p.t.Fatalf("there is no function %s with %d parameters", name, len(arguments))
	}
	request := &tfprotov6.CallFunctionRequest{Name: name}
	for i := range arguments {
		parameter := f.VariadicParameter
		if i < len(f.Parameters) {
			parameter = f.Parameters[i]
		}
		argument, err := tfprotov6.NewDynamicValue(parameter.Type, encode(p.t, parameter.Type, arguments[i]))
		p.must(err, "encoding an argument")
		request.Arguments = append(request.Arguments, &argument)
	}
	resp, err := p.server.CallFunction(p.ctx(), request)
	p.must(err, "calling the function")
	if resp.Error != nil {
		if resp.Error.FunctionArgument != nil {
			return nil, fmt.Sprintf("argument %d: %s", *resp.Error.FunctionArgument, resp.Error.Text)
		}
		return nil, resp.Error.Text
	}
	v, err := resp.Result.Unmarshal(f.Return.Type)
	p.must(err, "decoding the result")
	return decode(p.t, v), ""
}

func (p *Provider) resource(typeName string) *tfprotov6.Schema {
	s, ok := p.schema.ResourceSchemas[typeName]
	if !ok {
		p.t.Fatalf("there is no resource %s", typeName)
	}
	return s
}

// ctx outlives the test's own context, which is done while cleanups run.
func (p *Provider) ctx() context.Context { return context.WithoutCancel(p.t.Context()) }

func (p *Provider) must(err error, doing string) {
	p.t.Helper()
	if err != nil {
		p.t.Fatalf("%s: %v", doing, err)
	}
}

func (p *Provider) dynamic(s *tfprotov6.Schema, values Values) *tfprotov6.DynamicValue {
	p.t.Helper()
	typ := s.ValueType()
	v := tftypes.NewValue(typ, nil)
	if values != nil {
		v = encode(p.t, typ, values)
	}
	dynamic, err := tfprotov6.NewDynamicValue(typ, v)
	p.must(err, "encoding")
	return &dynamic
}

func (p *Provider) plain(s *tfprotov6.Schema, dynamic *tfprotov6.DynamicValue) Values {
	p.t.Helper()
	if dynamic == nil {
		return nil
	}
	v, err := dynamic.Unmarshal(s.ValueType())
	p.must(err, "decoding")
	values, _ := decode(p.t, v).(map[string]any)
	return values
}

func texts(diagnostics []*tfprotov6.Diagnostic) Diagnostics {
	var d Diagnostics
	for _, item := range diagnostics {
		at := ""
		if item.Attribute != nil {
			at = " at " + item.Attribute.String()
		}
		d = append(d, fmt.Sprintf("%s%s: %s: %s", strings.ToLower(item.Severity.String()), at, item.Summary, item.Detail))
	}
	return d
}
