package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/export"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// Object returns one object of a tenant, as Terraform would import it. client.IsNotFound
// holds for the error if there is no such object.
func Object(ctx context.Context, c *client.Client, typeName, importID string) (export.Object, error) {
	found, _ := resourceNamed(ctx, typeName)
	r, ok := found.(importable)
	if !ok {
		return export.Object{}, fmt.Errorf("there is no resource type %s with objects to import", typeName)
	}
	var described resource.SchemaResponse
	r.Schema(ctx, resource.SchemaRequest{}, &described)
	state, err := imported(ctx, &plumbing.Data{Client: c}, &heard{importable: r}, typeName, importID)
	if err != nil {
		return export.Object{}, err
	}
	values, err := plain(state)
	if err != nil {
		return export.Object{}, err
	}
	members, ok := values.(map[string]any)
	if !ok {
		return export.Object{}, &client.NotFoundError{What: fmt.Sprintf("object %q of the type %s", importID, typeName)}
	}
	o := object(described.Schema, defaultsOf(ctx, described.Schema), members)
	o.Type, o.ImportID, o.Name = typeName, importID, objectName(members)
	delete(o.Arguments, following[typeName])
	return o, nil
}

// resourceNamed returns the resource of a type.
func resourceNamed(ctx context.Context, typeName string) (resource.Resource, bool) {
	for _, construct := range (&iamProvider{}).Resources(ctx) {
		r := construct()
		var meta resource.MetadataResponse
		if r.Metadata(ctx, resource.MetadataRequest{ProviderTypeName: "iam"}, &meta); meta.TypeName == typeName {
			return r, true
		}
	}
	return nil, false
}

// connected is the provider with a given client and one resource.
type connected struct {
	*iamProvider

	data *plumbing.Data
	only resource.Resource
}

// Resources implements provider.Provider.
func (p *connected) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return p.only }}
}

// Configure implements provider.Provider.
func (p *connected) Configure(_ context.Context, _ provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	resp.ResourceData = p.data
}

// importable is what the resource of every type is.
type importable interface {
	resource.ResourceWithConfigure
	resource.ResourceWithIdentity
	resource.ResourceWithImportState
}

// heard is a resource that keeps why an import or a read failed: the protocol has only the
// text.
type heard struct {
	importable

	cause error
}

// ImportState implements resource.ResourceWithImportState.
func (h *heard) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	h.importable.ImportState(ctx, req, resp)
	h.cause = plumbing.Cause(resp.Diagnostics)
}

// Read implements resource.Resource.
func (h *heard) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	h.importable.Read(ctx, req, resp)
	h.cause = plumbing.Cause(resp.Diagnostics)
}

// refused is an error of the protocol with its cause.
type refused struct {
	error

	cause error
}

// Unwrap returns the cause.
func (r refused) Unwrap() error { return r.cause }

// imported imports and reads an object with the protocol, as Terraform does.
func imported(ctx context.Context, data *plumbing.Data, r *heard, typeName, importID string) (state tftypes.Value, err error) {
	defer func() {
		if err != nil && r.cause != nil {
			err = refused{err, r.cause}
		}
	}()
	p := &connected{&iamProvider{Plugin: New("", func(string) string { return "" })}, data, r}
	s := providerserver.NewProtocol6(p)()
	var described provider.SchemaResponse
	p.Schema(ctx, provider.SchemaRequest{}, &described)
	nothing := described.Schema.Type().TerraformType(ctx)
	config, err := tfprotov6.NewDynamicValue(nothing, tftypes.NewValue(nothing, nil))
	if err != nil {
		return tftypes.Value{}, fmt.Errorf("configuring the provider: %w", err)
	}
	if _, err := s.ConfigureProvider(ctx, &tfprotov6.ConfigureProviderRequest{Config: &config}); err != nil {
		return tftypes.Value{}, fmt.Errorf("configuring the provider: %w", err)
	}
	found, err := s.ImportResourceState(ctx, &tfprotov6.ImportResourceStateRequest{TypeName: typeName, ID: importID})
	if err = protocolError(err, found.Diagnostics); err != nil {
		return tftypes.Value{}, err
	}
	if len(found.ImportedResources) != 1 {
		return tftypes.Value{}, fmt.Errorf("importing %s %q gave %d objects", typeName, importID, len(found.ImportedResources))
	}
	first := found.ImportedResources[0]
	read, err := s.ReadResource(ctx, &tfprotov6.ReadResourceRequest{TypeName: typeName, CurrentState: first.State, CurrentIdentity: first.Identity, Private: first.Private})
	if err = protocolError(err, read.Diagnostics); err != nil {
		return tftypes.Value{}, err
	}
	var of resource.SchemaResponse
	r.Schema(ctx, resource.SchemaRequest{}, &of)
	return read.NewState.Unmarshal(of.Schema.Type().TerraformType(ctx))
}

// protocolError returns the first error of an answer.
func protocolError(err error, diags []*tfprotov6.Diagnostic) error {
	if err != nil {
		return err
	}
	for _, d := range diags {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			return errors.New(d.Summary + ": " + d.Detail)
		}
	}
	return nil
}

// objectName is what an object is called after.
func objectName(values map[string]any) string {
	for _, name := range []string{"email", "name", "id"} {
		switch value := values[name].(type) {
		case string:
			return value
		case map[string]any:
			for _, text := range value {
				return fmt.Sprint(text)
			}
		}
	}
	return ""
}
