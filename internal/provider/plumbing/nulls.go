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

// NoNullElements refuses null elements in any list, set or map of a configuration.
// Every type uses it, so no attribute needs a validator of its own. Terraform
// validates before each plan and again before each apply, when all values are known,
// so a null element is refused before anything is written.
type NoNullElements struct{}

// Description describes what the validator requires.
func (NoNullElements) Description(context.Context) string {
	return "must not have null elements in a list, set or map"
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

// nullElements reports each null element: at its own path in a list or map, and at
// the path of the attribute in a set.
func nullElements(config tftypes.Value) (diags diag.Diagnostics) {
	const summary = "Null Element"
	eachValue(config, func(at path.Path, v tftypes.Value, in tftypes.Type) {
		if in == nil || !v.IsNull() {
			return
		}
		attribute := attributeName(at)
		switch {
		case in.Is(tftypes.Map{}):
			diags.AddAttributeError(at, summary, fmt.Sprintf("The key %q of %s has the value null. Set a value or omit the key:\n\n  %s = { for k, v in MAP : k => v if v != null }\n\nwhere MAP is the current value.", lastKey(at), attribute, attribute))
		case in.Is(tftypes.Set{}):
			diags.AddAttributeError(at, summary, fmt.Sprintf("The set %s contains null. %s", attribute, withoutNulls(attribute)))
		case in.Is(tftypes.List{}):
			diags.AddAttributeError(at, summary, fmt.Sprintf("The list %s contains null. %s", attribute, withoutNulls(attribute)))
		}
	})
	return diags
}

func withoutNulls(attribute string) string {
	return fmt.Sprintf("Null often comes from a variable or an optional attribute without a value. Remove null elements:\n\n  %s = [for x in LIST : x if x != null]\n\nwhere LIST is the current value. For strings, compact(LIST) removes null and empty elements.", attribute)
}

// eachValue visits every value of a configuration from the outside in, and maps in
// the order of their keys. in is the type of the collection that has the value as an
// element, and nil for an attribute. An element of a set has the path of the set.
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
		_ = v.As(&members) // its type was just checked
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

// attributeName returns the name of the innermost attribute in a path.
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

// lastKey returns the map key at the end of a path; "" if it ends otherwise.
func lastKey(at path.Path) string {
	last, _ := at.Steps().LastStep()
	key, _ := last.(path.PathStepElementKeyString)
	return string(key)
}
