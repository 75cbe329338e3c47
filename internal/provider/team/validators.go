package team

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// checked validates a string by a rule of package access. It holds a
// description, the summary of the error, and the rule.
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
