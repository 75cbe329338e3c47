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

// PersonAction is embedded by every action on somebody, whom its configuration names
// by an id or by an e-mail address.
type PersonAction struct {
	Action
	About      string // the action
	ID         string // the attribute with the id
	AboutID    string
	AboutEmail string
}

// ActionTarget is whom the configuration of an action names.
type ActionTarget struct {
	ID    string // empty where the e-mail address is given
	Email string // empty where the id is given
	At    path.Path
}

// Name is what the configuration says.
func (c ActionTarget) Name() string { return cmp.Or(c.ID, c.Email) }

// Schema has the two attributes.
func (a *PersonAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
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
func (a *PersonAction) ConfigValidators(ctx context.Context) []action.ConfigValidator {
	return append(a.Action.ConfigValidators(ctx), actionvalidator.ExactlyOneOf(path.MatchRoot(a.ID), path.MatchRoot("email")))
}

// ExplainUnplanned completes the error of a plan about somebody who does not exist.
// Terraform plans what an action does not refer to before it or after it.
func (a *PersonAction) ExplainUnplanned(err error, whom ActionTarget, created string) error {
	if whom.ID != "" {
		return err
	}
	return fmt.Errorf("%w. If this plan creates %s, refer to the resource instead of repeating the address, as in email = %s.NAME.email", err, whom.Email, created)
}

// ReadTarget reads the configuration. It reports whether requests can be made.
func (a *PersonAction) ReadTarget(ctx context.Context, config tfsdk.Config, diags *diag.Diagnostics) (c ActionTarget, ok bool) {
	c, known := a.readTarget(ctx, config, diags)
	return c, known && a.Ready(diags)
}

// ReadPlannedTarget reads the configuration in a plan. Ok is false while it is not
// known whom the action is for, or no requests can be made: Terraform does not
// plan an action again, so that Invoke has to find out.
func (a *PersonAction) ReadPlannedTarget(ctx context.Context, config tfsdk.Config, diags *diag.Diagnostics) (c ActionTarget, ok bool) {
	c, known := a.readTarget(ctx, config, diags)
	return c, known && a.Data != nil && a.Client != nil
}

func (a *PersonAction) readTarget(ctx context.Context, config tfsdk.Config, diags *diag.Diagnostics) (c ActionTarget, known bool) {
	var id, email types.String
	diags.Append(config.GetAttribute(ctx, path.Root(a.ID), &id)...)
	diags.Append(config.GetAttribute(ctx, path.Root("email"), &email)...)
	if diags.HasError() || id.IsUnknown() || email.IsUnknown() {
		return c, false
	}
	c = ActionTarget{ID: trimmedText(id).ValueString(), Email: trimmedText(email).ValueString(), At: path.Root(a.ID)}
	if id.IsNull() {
		c.At = path.Root("email")
	}
	return c, true
}
