package plumbing

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
)

// ReplaceIfKnown requires replacement if the attribute changes to a known value. An
// unknown value may turn out to be the same, so it does not replace the object.
func ReplaceIfKnown() planmodifier.String {
	const text = "Changing this to a known value replaces the object."
	return stringplanmodifier.RequiresReplaceIf(func(_ context.Context, req planmodifier.StringRequest, resp *stringplanmodifier.RequiresReplaceIfFuncResponse) {
		resp.RequiresReplace = !req.PlanValue.IsUnknown()
	}, text, text)
}
