package plumbing

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

// EmailCase keeps the spelling in the state if the configuration differs from it in
// case only.
func EmailCase() planmodifier.String { return emailCase{} }

type emailCase struct{}

func (emailCase) Description(context.Context) string {
	return "E-mail addresses are compared without regard to case."
}

func (m emailCase) MarkdownDescription(ctx context.Context) string { return m.Description(ctx) }

func (emailCase) PlanModifyString(_ context.Context, req planmodifier.StringRequest, resp *planmodifier.StringResponse) {
	if IsSet(req.StateValue) && IsSet(req.PlanValue) && api.SameEmail(req.StateValue.ValueString(), req.PlanValue.ValueString()) {
		resp.PlanValue = req.StateValue
	}
}
