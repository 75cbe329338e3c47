package plumbing

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
)

// ReplaceIfKnown replaces an object when an attribute has another value. One that
// is not known yet may turn out the same, and is no reason.
func ReplaceIfKnown() planmodifier.String {
	const text = "Another value, once it is known, replaces the object."
	return stringplanmodifier.RequiresReplaceIf(func(_ context.Context, req planmodifier.StringRequest, resp *stringplanmodifier.RequiresReplaceIfFuncResponse) {
		resp.RequiresReplace = !req.PlanValue.IsUnknown()
	}, text, text)
}
