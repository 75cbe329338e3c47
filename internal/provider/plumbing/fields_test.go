package plumbing_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// A model survives encoding and decoding, with known, null and unknown attributes.
func TestFields_roundTrip(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	object := tftypes.Object{AttributeTypes: map[string]tftypes.Type{
		"text": tftypes.String, "flag": tftypes.Bool, "ids": tftypes.Set{ElementType: tftypes.String},
	}}
	type model struct {
		Text types.String
		Flag types.Bool
		IDs  types.Set
	}
	fields := func(m *model) plumbing.Fields {
		return plumbing.Fields{"text": &m.Text, "flag": &m.Flag, "ids": &m.IDs}
	}
	for name, want := range map[string]model{
		"known":   {types.StringValue("a"), types.BoolValue(true), types.SetValueMust(types.StringType, []attr.Value{types.StringValue("x"), types.StringUnknown()})},
		"empty":   {types.StringValue(""), types.BoolValue(false), types.SetValueMust(types.StringType, []attr.Value{})},
		"null":    {types.StringNull(), types.BoolNull(), types.SetNull(types.StringType)},
		"unknown": {types.StringUnknown(), types.BoolUnknown(), types.SetUnknown(types.StringType)},
	} {
		raw := tftypes.NewValue(object, nil)
		if d := fields(&want).Encode(ctx, &raw); d.HasError() {
			t.Fatalf("%s: %v", name, d)
		}
		var got model
		if d := fields(&got).Decode(ctx, raw); d.HasError() {
			t.Fatalf("%s: %v", name, d)
		}
		if !got.Text.Equal(want.Text) || !got.Flag.Equal(want.Flag) || !got.IDs.Equal(want.IDs) {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}

	var number types.Int64
	if d := (plumbing.Fields{"text": &number}).Decode(ctx, tftypes.NewValue(object, map[string]tftypes.Value{
		"text": tftypes.NewValue(tftypes.String, "a"), "flag": tftypes.NewValue(tftypes.Bool, nil), "ids": tftypes.NewValue(tftypes.Set{ElementType: tftypes.String}, nil),
	})); !d.HasError() {
		t.Error("a field of an unsupported type is decoded")
	}
}
