package main

import (
	"context"
	"maps"
	"os"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/access-config/terraform-provider-iam/internal/tune"
)

// serveRaw serves the same type without the framework and without SDK logs: the
// minimum cost of any provider, since the rest is Terraform's.
func serveRaw() error {
	for _, level := range tune.SilencedLogs(os.Environ()) {
		_ = os.Setenv(level, "OFF")
	}
	return tf6server.Serve(address, func() tfprotov6.ProviderServer { return rawServer{} }, tf6server.WithoutLogStderrOverride())
}

// rawServer implements the calls that the benchmark's configurations cause.
type rawServer struct{ tfprotov6.ProviderServer }

var (
	capabilities = &tfprotov6.ServerCapabilities{GetProviderSchemaOptional: true}
	rawUser      = rawSchema(
		&tfprotov6.SchemaAttribute{Name: "email", Type: tftypes.String, Required: true},
		&tfprotov6.SchemaAttribute{Name: "first_name", Type: tftypes.String, Required: true},
		&tfprotov6.SchemaAttribute{Name: "last_name", Type: tftypes.String, Required: true},
		&tfprotov6.SchemaAttribute{Name: "locked", Type: tftypes.Bool, Optional: true},
		&tfprotov6.SchemaAttribute{Name: "group_ids", Type: tftypes.Set{ElementType: tftypes.String}, Optional: true},
	)
	rawUserType = rawUser.ValueType()
)

func rawSchema(attributes ...*tfprotov6.SchemaAttribute) *tfprotov6.Schema {
	for _, name := range computed {
		attributes = append(attributes, &tfprotov6.SchemaAttribute{Name: name, Type: tftypes.String, Optional: name != "id", Computed: true})
	}
	return &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{Attributes: attributes}}
}

func (rawServer) GetMetadata(context.Context, *tfprotov6.GetMetadataRequest) (*tfprotov6.GetMetadataResponse, error) {
	return &tfprotov6.GetMetadataResponse{Resources: []tfprotov6.ResourceMetadata{{TypeName: "iam_user"}}, ServerCapabilities: capabilities}, nil
}

func (rawServer) GetProviderSchema(context.Context, *tfprotov6.GetProviderSchemaRequest) (*tfprotov6.GetProviderSchemaResponse, error) {
	var settings []*tfprotov6.SchemaAttribute
	for _, name := range providerSettings {
		settings = append(settings, &tfprotov6.SchemaAttribute{Name: name, Type: tftypes.String, Optional: true})
	}
	return &tfprotov6.GetProviderSchemaResponse{
		ServerCapabilities: capabilities,
		Provider:           &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{Attributes: settings}},
		ResourceSchemas:    map[string]*tfprotov6.Schema{"iam_user": rawUser},
	}, nil
}

func (rawServer) GetResourceIdentitySchemas(context.Context, *tfprotov6.GetResourceIdentitySchemasRequest) (*tfprotov6.GetResourceIdentitySchemasResponse, error) {
	return &tfprotov6.GetResourceIdentitySchemasResponse{}, nil
}

func (rawServer) ValidateProviderConfig(_ context.Context, req *tfprotov6.ValidateProviderConfigRequest) (*tfprotov6.ValidateProviderConfigResponse, error) {
	return &tfprotov6.ValidateProviderConfigResponse{PreparedConfig: req.Config}, nil
}

func (rawServer) ConfigureProvider(context.Context, *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	return &tfprotov6.ConfigureProviderResponse{}, nil
}

func (rawServer) StopProvider(context.Context, *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	return &tfprotov6.StopProviderResponse{}, nil
}

func (rawServer) ValidateResourceConfig(context.Context, *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return &tfprotov6.ValidateResourceConfigResponse{}, nil
}

func (rawServer) UpgradeResourceState(_ context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	value, err := req.RawState.Unmarshal(rawUserType)
	if err != nil {
		return nil, err
	}
	state, err := tfprotov6.NewDynamicValue(rawUserType, value)
	return &tfprotov6.UpgradeResourceStateResponse{UpgradedState: &state}, err
}

func (rawServer) ReadResource(_ context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return &tfprotov6.ReadResourceResponse{NewState: req.CurrentState, Private: req.Private}, nil
}

func (rawServer) PlanResourceChange(_ context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	state, err := complete(req.ProposedNewState, func(string) any { return tftypes.UnknownValue })
	return &tfprotov6.PlanResourceChangeResponse{PlannedState: state}, err
}

func (rawServer) ApplyResourceChange(_ context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	state, err := complete(req.PlannedState, func(name string) any { return name })
	return &tfprotov6.ApplyResourceChangeResponse{NewState: state}, err
}

// complete sets the computed attributes that are null or unknown. A destroyed
// resource stays unchanged.
func complete(state *tfprotov6.DynamicValue, value func(name string) any) (*tfprotov6.DynamicValue, error) {
	object, err := state.Unmarshal(rawUserType)
	if err != nil || object.IsNull() {
		return state, err
	}
	var attributes map[string]tftypes.Value
	if err := object.As(&attributes); err != nil {
		return nil, err
	}
	for name, attribute := range maps.Clone(attributes) {
		if slices.Contains(computed, name) && (attribute.IsNull() || !attribute.IsKnown()) {
			attributes[name] = tftypes.NewValue(tftypes.String, value(name))
		}
	}
	completed, err := tfprotov6.NewDynamicValue(rawUserType, tftypes.NewValue(rawUserType, attributes))
	return &completed, err
}
