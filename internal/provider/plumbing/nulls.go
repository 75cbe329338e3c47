package plumbing

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// NoNullElements refuses a configuration of any kind in which a list, a set or a
// map holds null. Every type embeds it, so that no attribute needs a validator of
// its own. Terraform validates before each plan, and again before each apply, once
// the values are known: an element that turns out null is refused before anything
// is written.
type NoNullElements struct{}

// Description says what the validator wants.
func (NoNullElements) Description(context.Context) string {
	return "must not hold null in a list, set or map"
}

// MarkdownDescription is Description.
func (v NoNullElements) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateProvider implements provider.ConfigValidator.
func (NoNullElements) ValidateProvider(_ context.Context, req provider.ValidateConfigRequest, resp *provider.ValidateConfigResponse) {
	resp.Diagnostics.Append(nullElements(req.Config.Raw)...)
}

// ValidateResource implements resource.ConfigValidator.
func (NoNullElements) ValidateResource(_ context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	resp.Diagnostics.Append(nullElements(req.Config.Raw)...)
}

// ValidateDataSource implements datasource.ConfigValidator.
func (NoNullElements) ValidateDataSource(_ context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse) {
	resp.Diagnostics.Append(nullElements(req.Config.Raw)...)
}

// ValidateEphemeralResource implements ephemeral.ConfigValidator.
func (NoNullElements) ValidateEphemeralResource(_ context.Context, req ephemeral.ValidateConfigRequest, resp *ephemeral.ValidateConfigResponse) {
	resp.Diagnostics.Append(nullElements(req.Config.Raw)...)
}

// ValidateAction implements action.ConfigValidator.
func (NoNullElements) ValidateAction(_ context.Context, req action.ValidateConfigRequest, resp *action.ValidateConfigResponse) {
	resp.Diagnostics.Append(nullElements(req.Config.Raw)...)
}

// ValidateListResourceConfig implements list.ConfigValidator.
func (NoNullElements) ValidateListResourceConfig(_ context.Context, req list.ValidateConfigRequest, resp *list.ValidateConfigResponse) {
	resp.Diagnostics.Append(nullElements(req.Config.Raw)...)
}

// nullElements reports each null element: at the element of a list or map, and at
// the attribute for a set, whose elements have no place.
func nullElements(config tftypes.Value) (diags diag.Diagnostics) {
	const summary = "Null Element"
	eachValue(config, func(at path.Path, v tftypes.Value, in tftypes.Type) {
		if in == nil || !v.IsNull() {
			return
		}
		attribute := attributeName(at)
		switch {
		case in.Is(tftypes.Map{}):
			diags.AddAttributeError(at, summary, fmt.Sprintf("The key %q of %s has the value null. Give the key a value, or leave it out:\n\n  %s = { for k, v in MAP : k => v if v != null }\n\nwhere MAP is the present value.", lastKey(at), attribute, attribute))
		case in.Is(tftypes.Set{}):
			diags.AddAttributeError(at, summary, fmt.Sprintf("The set %s holds null. %s", attribute, withoutNulls(attribute)))
		case in.Is(tftypes.List{}):
			diags.AddAttributeError(at, summary, fmt.Sprintf("The list %s holds null. %s", attribute, withoutNulls(attribute)))
		}
	})
	return diags
}

func withoutNulls(attribute string) string {
	return fmt.Sprintf("Null often comes from a variable or an optional attribute without a value. Leave such elements out:\n\n  %s = [for x in LIST : x if x != null]\n\nwhere LIST is the present value; for texts, compact(LIST) leaves out null and empty ones.", attribute)
}

// eachValue visits every value of a configuration from the outside in, those of a
// map in the order of the keys. It says of what kind the collection is that holds
// it as an element, nil for an attribute. An element of a set has the path of the set.
func eachValue(v tftypes.Value, see func(at path.Path, v tftypes.Value, in tftypes.Type)) {
	eachValueAt(path.Empty(), v, nil, see)
}

func eachValueAt(at path.Path, v tftypes.Value, in tftypes.Type, see func(path.Path, tftypes.Value, tftypes.Type)) {
	see(at, v, in)
	if v.IsNull() || !v.IsKnown() {
		return
	}
	switch typ := v.Type(); {
	case typ.Is(tftypes.Object{}), typ.Is(tftypes.Map{}):
		var members map[string]tftypes.Value
		_ = v.As(&members) // of this type, as was just seen
		for _, name := range SortedKeys(members) {
			if typ.Is(tftypes.Map{}) {
				eachValueAt(at.AtMapKey(name), members[name], typ, see)
			} else {
				eachValueAt(at.AtName(name), members[name], nil, see)
			}
		}
	case typ.Is(tftypes.List{}), typ.Is(tftypes.Set{}):
		var elements []tftypes.Value
		_ = v.As(&elements)
		for i, element := range elements {
			if typ.Is(tftypes.List{}) {
				eachValueAt(at.AtListIndex(i), element, typ, see)
			} else {
				eachValueAt(at, element, typ, see)
			}
		}
	}
}

// attributeName returns the name of the attribute that a path leads into.
func attributeName(at path.Path) string {
	steps := at.Steps()
	for len(steps) > 0 {
		var last path.PathStep
		last, steps = steps.LastStep()
		if name, ok := last.(path.PathStepAttributeName); ok {
			return string(name)
		}
	}
	return ""
}

// lastKey returns the key of a map that a path ends with.
func lastKey(at path.Path) string {
	last, _ := at.Steps().LastStep()
	key, _ := last.(path.PathStepElementKeyString)
	return string(key)
}
