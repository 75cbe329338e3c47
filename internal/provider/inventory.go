package provider

import (
	"context"
	"fmt"
	"math/big"
	"reflect"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/defaults"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/export"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// ListedTypes returns the managed types whose objects can be listed, in the
// order in which a configuration should contain them.
func ListedTypes(ctx context.Context) []string {
	var names []string
	for _, construct := range (&iamProvider{}).ListResources(ctx) {
		var meta resource.MetadataResponse
		construct().Metadata(ctx, resource.MetadataRequest{ProviderTypeName: "iam"}, &meta)
		names = append(names, meta.TypeName)
	}
	return names
}

// Inventory returns every object of the given types in a tenant, with the state
// after an import and a refresh. lacking holds the types that the API lacks or
// that the token cannot read, with the reason.
func Inventory(ctx context.Context, c *client.Client, types []string) (objects []export.Object, lacking map[string]error, err error) {
	p, lacking := &iamProvider{}, map[string]error{}
	resources := map[string]resource.Resource{}
	for _, construct := range p.Resources(ctx) {
		r := construct()
		var meta resource.MetadataResponse
		r.Metadata(ctx, resource.MetadataRequest{ProviderTypeName: "iam"}, &meta)
		resources[meta.TypeName] = r
	}
	data := &plumbing.Data{Client: c}
	for i, construct := range p.ListResources(ctx) {
		name := ListedTypes(ctx)[i]
		if !slices.Contains(types, name) {
			continue
		}
		found, err := inventory(ctx, data, construct(), resources[name])
		switch {
		case client.IsUnsupported(err), client.IsForbidden(err):
			lacking[name] = err
		case err != nil:
			return nil, nil, fmt.Errorf("listing %s: %w", name, err)
		}
		for j := range found {
			found[j].Type = name
		}
		objects = append(objects, found...)
	}
	return objects, lacking, nil
}

func inventory(ctx context.Context, data *plumbing.Data, l any, r resource.Resource) ([]export.Object, error) {
	lister, ok := l.(plumbing.Lister)
	if !ok {
		return nil, fmt.Errorf("%T finds no objects", l)
	}
	var configured resource.ConfigureResponse
	lister.Configure(ctx, resource.ConfigureRequest{ProviderData: data}, &configured)
	if err := plumbing.FirstError(configured.Diagnostics); err != nil {
		return nil, err
	}
	found, err := lister.All(ctx)
	if err != nil {
		return nil, err
	}
	var described resource.SchemaResponse
	r.Schema(ctx, resource.SchemaRequest{}, &described)
	objects := make([]export.Object, 0, len(found))
	for _, f := range found {
		model, err := f.State(ctx)
		if client.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		state := tfsdk.State{Schema: described.Schema, Raw: tftypes.NewValue(described.Schema.Type().TerraformType(ctx), nil)}
		if err := plumbing.FirstError(state.Set(ctx, model)); err != nil {
			return nil, err
		}
		o, err := object(ctx, described.Schema, state.Raw)
		if err != nil {
			return nil, err
		}
		o.Name, o.ImportID = f.Name, strings.Join(lister.IdentityOf(ctx, state), "/")
		objects = append(objects, o)
	}
	return objects, nil
}

// object separates the arguments in a state from computed values. Arguments
// with their default value are left out.
func object(ctx context.Context, s schema.Schema, state tftypes.Value) (o export.Object, err error) {
	var attributes map[string]tftypes.Value
	if err := state.As(&attributes); err != nil {
		return o, err
	}
	o.Arguments, o.Decided = map[string]any{}, map[string]any{}
	for name, v := range attributes {
		value, err := plain(v)
		if err != nil {
			return o, err
		}
		a := s.Attributes[name]
		switch {
		case value == nil:
		case !a.IsRequired() && !a.IsOptional():
			o.Decided[name] = value
		case a.IsRequired(), value != "" && !reflect.DeepEqual(value, defaultOf(ctx, a)):
			o.Arguments[name] = value
		}
	}
	return o, nil
}

// defaultOf returns the default of an argument, or nil if it has no fixed
// default.
func defaultOf(ctx context.Context, a schema.Attribute) any {
	switch a := a.(type) {
	case schema.StringAttribute:
		if a.Default != nil {
			var resp defaults.StringResponse
			a.Default.DefaultString(ctx, defaults.StringRequest{}, &resp)
			return resp.PlanValue.ValueString()
		}
	case schema.BoolAttribute:
		if a.Default != nil {
			var resp defaults.BoolResponse
			a.Default.DefaultBool(ctx, defaults.BoolRequest{}, &resp)
			return resp.PlanValue.ValueBool()
		}
	}
	return nil
}

// plain converts a value to a string, bool, int64, []any or map[string]any, or
// nil for null. Null members are left out.
func plain(v tftypes.Value) (any, error) {
	typ := v.Type()
	switch {
	case v.IsNull() || !v.IsKnown():
		return nil, nil
	case typ.Is(tftypes.String):
		var text string
		err := v.As(&text)
		return text, err
	case typ.Is(tftypes.Bool):
		var b bool
		err := v.As(&b)
		return b, err
	case typ.Is(tftypes.Number):
		var n big.Float
		err := v.As(&n)
		i, _ := n.Int64()
		return i, err
	case typ.Is(tftypes.Map{}), typ.Is(tftypes.Object{}):
		return plainMap(v)
	}
	var items []tftypes.Value
	if err := v.As(&items); err != nil {
		return nil, err
	}
	list := make([]any, len(items))
	for i, item := range items {
		var err error
		if list[i], err = plain(item); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func plainMap(v tftypes.Value) (any, error) {
	var members map[string]tftypes.Value
	if err := v.As(&members); err != nil {
		return nil, err
	}
	m := map[string]any{}
	for name, member := range members {
		value, err := plain(member)
		if err != nil {
			return nil, err
		}
		if value != nil {
			m[name] = value
		}
	}
	return m, nil
}
