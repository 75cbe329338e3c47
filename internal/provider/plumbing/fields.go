package plumbing

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Fields are the attributes of a model: pointers to types.String, types.Bool or
// types.Set of strings. With them a model goes to and from what Terraform sends
// as with Get and Set of the framework, which takes several times as long, as
// it finds the fields out each time. It matters where a configuration has
// thousands of a type.
type Fields map[string]any

// Decode reads a configuration, a plan or a state.
func (f Fields) Decode(ctx context.Context, raw tftypes.Value) diag.Diagnostics {
	var attributes map[string]tftypes.Value
	err := raw.As(&attributes)
	for name, field := range f {
		if err != nil {
			break
		}
		err = decode(ctx, attributes[name], field)
	}
	return unexpected("read", err)
}

func decode(ctx context.Context, raw tftypes.Value, field any) error {
	switch field := field.(type) {
	case *types.String:
		return decodeAs(ctx, types.StringType, raw, field)
	case *types.Bool:
		return decodeAs(ctx, types.BoolType, raw, field)
	case *types.Set:
		return decodeAs(ctx, types.SetType{ElemType: types.StringType}, raw, field)
	}
	return fmt.Errorf("a field is a %T", field)
}

func decodeAs[T attr.Value](ctx context.Context, kind attr.Type, raw tftypes.Value, field *T) error {
	value, err := kind.ValueFromTerraform(ctx, raw)
	if typed, ok := value.(T); ok {
		*field = typed
	}
	return err
}

// Encode replaces a plan or a state. What it holds must have the type of the
// resource, as that of a response has.
func (f Fields) Encode(ctx context.Context, raw *tftypes.Value) diag.Diagnostics {
	attributes := make(map[string]tftypes.Value, len(f))
	var err error
	for name, field := range f {
		if err != nil {
			break
		}
		switch field := field.(type) {
		case *types.String:
			attributes[name], err = field.ToTerraformValue(ctx)
		case *types.Bool:
			attributes[name], err = field.ToTerraformValue(ctx)
		case *types.Set:
			attributes[name], err = field.ToTerraformValue(ctx)
		}
	}
	if err == nil {
		*raw = tftypes.NewValue(raw.Type(), attributes)
	}
	return unexpected("write", err)
}

// unexpected is the diagnostic of a model that does not fit its schema.
func unexpected(verb string, err error) (diags diag.Diagnostics) {
	if err != nil {
		diags.Append(Unable(verb, "attributes", "of the state", fmt.Errorf("%w. This is an error in the provider: please report it", err)))
	}
	return diags
}
