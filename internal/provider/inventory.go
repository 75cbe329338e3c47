package provider

import (
	"context"
	"fmt"
	"math/big"
	"reflect"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/defaults"
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
			delete(found[j].Arguments, following[name])
		}
		objects = append(objects, found...)
	}
	return objects, lacking, nil
}

// following has, by type, the argument that follows from the others: an export leaves it
// out.
var following = map[string]string{"iam_group": "product"}

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
	fixed := defaultsOf(ctx, described.Schema)
	objects := make([]export.Object, 0, len(found))
	for _, f := range found {
		model, err := f.State(ctx)
		if client.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		values := map[string]any{}
		if err := addValues(ctx, reflect.ValueOf(model), values); err != nil {
			return nil, err
		}
		o := object(described.Schema, fixed, values)
		o.Name, o.ImportID = f.Name, strings.Join(lister.IdentityOf(func(name string) string {
			text, _ := values[name].(string)
			return text
		}), "/")
		objects = append(objects, o)
	}
	return objects, nil
}

// addValues adds the values of a model by attribute: those of a struct's fields, and
// of the structs that it embeds. Set of a state does the same, but compiles a regular
// expression for each field of each object.
func addValues(ctx context.Context, model reflect.Value, to map[string]any) error {
	for i := range model.NumField() {
		field, name := model.Type().Field(i), model.Type().Field(i).Tag.Get("tfsdk")
		if name == "" && field.Anonymous {
			if err := addValues(ctx, model.Field(i), to); err != nil {
				return err
			}
			continue
		}
		value, ok := model.Field(i).Interface().(attr.Value)
		if !ok {
			return fmt.Errorf("the attribute %q of %s is a %s", name, model.Type(), field.Type)
		}
		raw, err := value.ToTerraformValue(ctx)
		if err != nil {
			return err
		}
		if to[name], err = plain(raw); err != nil {
			return err
		}
	}
	return nil
}

// object separates the arguments of an object from computed values. Arguments with
// their default value, which fixed has, are left out.
func object(s schema.Schema, fixed, values map[string]any) export.Object {
	o := export.Object{Arguments: map[string]any{}, Decided: map[string]any{}}
	for name, value := range values {
		a := s.Attributes[name]
		switch {
		case value == nil:
		case !a.IsRequired() && !a.IsOptional():
			o.Decided[name] = value
		case a.IsRequired(), value != "" && !reflect.DeepEqual(value, fixed[name]):
			o.Arguments[name] = value
		}
	}
	return o
}

// defaultsOf returns the defaults of the arguments of a schema.
func defaultsOf(ctx context.Context, s schema.Schema) map[string]any {
	fixed := map[string]any{}
	for name, a := range s.Attributes {
		fixed[name] = defaultOf(ctx, a)
	}
	return fixed
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
