package plumbing

import (
	"cmp"
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/actionvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// ActionOn is embedded by every action on somebody, whom its configuration names
// by an id or by an e-mail address.
type ActionOn struct {
	Action
	About      string // the action
	ID         string // the attribute with the id
	AboutID    string
	AboutEmail string
}

// Chosen is whom the configuration of an action names.
type Chosen struct {
	ID    string // empty where the e-mail address is given
	Email string // empty where the id is given
	At    path.Path
}

// Name is what the configuration says.
func (c Chosen) Name() string { return cmp.Or(c.ID, c.Email) }

// Schema has the two attributes.
func (a *ActionOn) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: a.About,
		Attributes: map[string]schema.Attribute{
			a.ID: schema.StringAttribute{
				MarkdownDescription: a.AboutID + " Give this or `email`.",
				Optional:            true,
				Validators:          TrimFirst(NotEmpty()),
			},
			"email": schema.StringAttribute{
				MarkdownDescription: a.AboutEmail + " Give this or `" + a.ID + "`.",
				Optional:            true,
				Validators:          TrimFirst(ValidEmail()),
			},
		},
	}
}

// ConfigValidators wants one of the two.
func (a *ActionOn) ConfigValidators(ctx context.Context) []action.ConfigValidator {
	return append(a.Action.ConfigValidators(ctx), actionvalidator.ExactlyOneOf(path.MatchRoot(a.ID), path.MatchRoot("email")))
}

// NotPlanned completes the error of a plan about somebody who does not exist.
// Terraform plans what an action does not refer to before it or after it.
func (a *ActionOn) NotPlanned(err error, whom Chosen, created string) error {
	if whom.ID != "" {
		return err
	}
	return fmt.Errorf("%w. If this plan creates %s, refer to the resource instead of repeating the address, as in email = %s.NAME.email", err, whom.Email, created)
}

// Choose reads the configuration. It reports whether requests can be made.
func (a *ActionOn) Choose(ctx context.Context, config tfsdk.Config, diags *diag.Diagnostics) (c Chosen, ok bool) {
	c, known := a.choose(ctx, config, diags)
	return c, known && a.Ready(diags)
}

// ChoosePlanned reads the configuration in a plan. Ok is false while it is not
// known whom the action is for, or no requests can be made: Terraform does not
// plan an action again, so that Invoke has to find out.
func (a *ActionOn) ChoosePlanned(ctx context.Context, config tfsdk.Config, diags *diag.Diagnostics) (c Chosen, ok bool) {
	c, known := a.choose(ctx, config, diags)
	return c, known && a.Data != nil && a.Client != nil
}

func (a *ActionOn) choose(ctx context.Context, config tfsdk.Config, diags *diag.Diagnostics) (c Chosen, known bool) {
	var id, email types.String
	diags.Append(config.GetAttribute(ctx, path.Root(a.ID), &id)...)
	diags.Append(config.GetAttribute(ctx, path.Root("email"), &email)...)
	if diags.HasError() || id.IsUnknown() || email.IsUnknown() {
		return c, false
	}
	c = Chosen{ID: trimmedText(id).ValueString(), Email: trimmedText(email).ValueString(), At: path.Root(a.ID)}
	if id.IsNull() {
		c.At = path.Root("email")
	}
	return c, true
}
