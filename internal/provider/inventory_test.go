package provider

import (
	"reflect"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

type coreModel struct {
	ID     types.String `tfsdk:"id"`
	Locked types.Bool   `tfsdk:"locked"`
}

type wholeModel struct {
	coreModel
	Name  types.String `tfsdk:"name"`
	Texts types.Map    `tfsdk:"texts"`
	List  types.List   `tfsdk:"list"`
	Count types.Int64  `tfsdk:"count"`
}

// The values of a model include those of a struct that it embeds. Null members are left out.
func TestAddValues(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	model := wholeModel{
		coreModel: coreModel{ID: types.StringValue("a"), Locked: types.BoolValue(true)}, Name: types.StringNull(),
		Texts: types.MapValueMust(types.StringType, map[string]attr.Value{"en": types.StringValue("A"), "de": types.StringNull()}),
		List:  types.ListValueMust(types.StringType, []attr.Value{types.StringValue("x")}), Count: types.Int64Value(7),
	}
	got := map[string]any{}
	if err := addValues(ctx, reflect.ValueOf(model), got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"id": "a", "locked": true, "name": nil, "texts": map[string]any{"en": "A"}, "list": []any{"x"}, "count": int64(7)}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	wrong := struct {
		Name string `tfsdk:"name"`
	}{}
	if err := addValues(ctx, reflect.ValueOf(wrong), got); err == nil || !strings.Contains(err.Error(), `"name"`) {
		t.Errorf("a field that is no value: got %v", err)
	}
}

// A field of a model costs a fifth of what it costs to set a state. The test is alone, as it
// counts allocations.
func TestAddValues_work(t *testing.T) {
	ctx := t.Context()
	s := schema.Schema{Attributes: map[string]schema.Attribute{"id": schema.StringAttribute{Computed: true}, "locked": schema.BoolAttribute{Optional: true}}}
	model := coreModel{ID: types.StringValue("a"), Locked: types.BoolValue(true)}
	set := testing.AllocsPerRun(100, func() {
		state := tfsdk.State{Schema: s, Raw: tftypes.NewValue(s.Type().TerraformType(ctx), nil)}
		if state.Set(ctx, model).HasError() {
			t.Error("the state cannot be set")
		}
	})
	added := testing.AllocsPerRun(100, func() {
		if err := addValues(ctx, reflect.ValueOf(model), map[string]any{}); err != nil {
			t.Error(err)
		}
	})
	if added*5 > set {
		t.Errorf("%v allocations, and %v to set a state", added, set)
	}
}
