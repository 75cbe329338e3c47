package plumbing

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Fields maps attribute names to the fields of a model: pointers to types.String,
// types.Bool or types.Set of strings. Decode and Encode do the same as the
// framework's Get and Set, which take several times as long because they use
// reflection on each call. That matters if a configuration has thousands of
// resources of one type.
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

// Encode replaces a plan or a state. raw must have the resource's type, as a value
// in a response does.
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

// unexpected returns the diagnostic of a model that does not fit its schema.
func unexpected(verb string, err error) (diags diag.Diagnostics) {
	if err != nil {
		diags.Append(Unable(verb, "attributes", "of the state", fmt.Errorf("%w. This is a bug in the provider: please report it", err)))
	}
	return diags
}
