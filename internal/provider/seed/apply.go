package seed

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/msgpack"
	"golang.org/x/sync/errgroup"
)

// atATime is the number of resources that are created in parallel, as in the
// CLI.
const atATime = 10

// Provider is the part of a configured provider that a seed uses.
type Provider interface {
	GetProviderSchema(ctx context.Context, req *tfprotov6.GetProviderSchemaRequest) (*tfprotov6.GetProviderSchemaResponse, error)
	ValidateResourceConfig(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error)
	PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error)
	ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error)
}

// Apply creates every resource. An error of the provider is returned with file
// and line. After an error, resources in progress are finished and no others
// are started, so the tenant is incomplete and unusable.
func (s *Seed) Apply(ctx context.Context, p Provider) error {
	schemas, err := p.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return err
	}
	run := run{provider: p, schemas: schemas.ResourceSchemas, made: map[string]cty.Value{}}
	for len(run.made) < len(s.resources) {
		var wave errgroup.Group
		wave.SetLimit(atATime)
		var errs []error
		for _, r := range s.ready(run.made) {
			wave.Go(func() error {
				err := run.make(ctx, r)
				run.mu.Lock()
				defer run.mu.Unlock()
				errs = append(errs, err)
				return nil
			})
		}
		_ = wave.Wait() // the errors are in errs
		if err := errors.Join(errs...); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// ready returns the resources to create next: those that do not exist yet and
// whose references do.
func (s *Seed) ready(made map[string]cty.Value) (ready []*resource) {
	for _, r := range s.resources {
		_, done := made[r.address()]
		waits := slices.ContainsFunc(slices.Concat(r.refers, r.after), func(t hcl.Traversal) bool {
			_, there := made[addressOf(t)]
			return !there
		})
		if !done && !waits {
			ready = append(ready, r)
		}
	}
	if others := slices.DeleteFunc(slices.Clone(ready), func(r *resource) bool { return r.typeName == limitsInvitations }); len(others) > 0 {
		return others
	}
	return ready
}

// limitsInvitations is the type that is created last: an exported tenant can have people
// whom it would not invite any more.
const limitsInvitations = "iam_company_domains"

// run is a seed that is being applied.
type run struct {
	provider Provider
	schemas  map[string]*tfprotov6.Schema

	mu   sync.Mutex
	made map[string]cty.Value // by address
}

// make plans and applies a resource.
func (run *run) make(ctx context.Context, r *resource) error {
	schema := run.schemas[r.typeName]
	if schema == nil {
		return errorAt(r.block.DefRange(), "the provider has no resource "+r.typeName)
	}
	run.mu.Lock()
	config, errs := configuration(r, schema, run.made)
	run.mu.Unlock()
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	typ := config.Type()
	encoded, err := encode(config, typ)
	if err != nil {
		return err
	}
	nothing, err := encode(cty.NullVal(typ), typ)
	if err != nil {
		return err
	}
	validated, err := run.provider.ValidateResourceConfig(ctx, &tfprotov6.ValidateResourceConfigRequest{TypeName: r.typeName, Config: encoded})
	if err == nil {
		err = r.refused(validated.Diagnostics)
	}
	if err != nil {
		return err
	}
	planned, err := run.provider.PlanResourceChange(ctx, &tfprotov6.PlanResourceChangeRequest{TypeName: r.typeName, Config: encoded, PriorState: nothing, ProposedNewState: encoded})
	if err == nil {
		err = r.refused(planned.Diagnostics)
	}
	if err != nil {
		return err
	}
	applied, err := run.provider.ApplyResourceChange(ctx, &tfprotov6.ApplyResourceChangeRequest{
		TypeName: r.typeName, Config: encoded, PriorState: nothing,
		PlannedState: planned.PlannedState, PlannedPrivate: planned.PlannedPrivate, PlannedIdentity: planned.PlannedIdentity,
	})
	if err == nil {
		err = r.refused(applied.Diagnostics)
	}
	if err != nil {
		return err
	}
	state, err := msgpack.Unmarshal(applied.NewState.MsgPack, typ)
	if err != nil {
		return fmt.Errorf("reading %s: %w", r.address(), err)
	}
	run.mu.Lock()
	defer run.mu.Unlock()
	run.made[r.address()] = state
	return nil
}

func encode(v cty.Value, typ cty.Type) (*tfprotov6.DynamicValue, error) {
	encoded, err := msgpack.Marshal(v, typ)
	return &tfprotov6.DynamicValue{MsgPack: encoded}, err
}

// refused converts diagnostics of the provider to errors at their arguments.
func (r *resource) refused(diags []*tfprotov6.Diagnostic) error {
	var errs []error
	for _, d := range diags {
		if d.Severity != tfprotov6.DiagnosticSeverityError {
			continue
		}
		at := r.block.DefRange()
		if d.Attribute != nil && len(d.Attribute.Steps()) > 0 {
			if name, ok := d.Attribute.Steps()[0].(tftypes.AttributeName); ok && r.block.Body.Attributes[string(name)] != nil {
				at = r.block.Body.Attributes[string(name)].SrcRange
			}
		}
		errs = append(errs, errorAt(at, fmt.Sprintf("%s: %s: %s", r.address(), d.Summary, d.Detail)))
	}
	return errors.Join(errs...)
}
