package team

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// checked is a validator of texts that a rule of access checks: what it wants,
// the summary of its error, and the rule.
type checked struct {
	wants   string
	summary string
	check   func(text string) error
}

func (c checked) Description(context.Context) string         { return c.wants }
func (c checked) MarkdownDescription(context.Context) string { return c.wants }

func (c checked) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if !plumbing.IsSet(req.ConfigValue) {
		return
	}
	if err := c.check(req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, c.summary, plumbing.Sentence(err.Error()))
	}
}
