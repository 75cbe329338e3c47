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

// PersonAction is embedded by every action on a user or team member. Its
// configuration names that person by id or by e-mail address.
type PersonAction struct {
	Action
	About      string // description of the action
	ID         string // name of the attribute that takes the id
	AboutID    string // description of that attribute
	AboutEmail string // description of the attribute email
}

// ActionTarget is the person whom the configuration of an action names.
type ActionTarget struct {
	ID    string // empty if the configuration gives the e-mail address
	Email string // empty if the configuration gives the id
	At    path.Path
}

// Name returns the id or the e-mail address, whichever the configuration gives.
func (c ActionTarget) Name() string { return cmp.Or(c.ID, c.Email) }

// Schema describes the two attributes, of which a configuration gives one.
func (a *PersonAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: a.About,
		Attributes: map[string]schema.Attribute{
			a.ID: schema.StringAttribute{
				MarkdownDescription: a.AboutID + " Set either this or `email`.",
				Optional:            true,
				Validators:          TrimFirst(NotEmpty()),
			},
			"email": schema.StringAttribute{
				MarkdownDescription: a.AboutEmail + " Set either this or `" + a.ID + "`.",
				Optional:            true,
				Validators:          TrimFirst(ValidEmail()),
			},
		},
	}
}

// ConfigValidators require exactly one of the two attributes.
func (a *PersonAction) ConfigValidators(ctx context.Context) []action.ConfigValidator {
	return append(a.Action.ConfigValidators(ctx), actionvalidator.ExactlyOneOf(path.MatchRoot(a.ID), path.MatchRoot("email")))
}

// ExplainUnplanned extends the error of a plan that names a person who does not
// exist. If the action does not refer to the resource that creates the person,
// Terraform may plan that resource after the action.
func (a *PersonAction) ExplainUnplanned(err error, target ActionTarget, created string) error {
	if target.ID != "" {
		return err
	}
	return fmt.Errorf("%w. If this plan creates %s, refer to the resource instead of repeating the address, as in email = %s.NAME.email", err, target.Email, created)
}

// ReadTarget reads the configuration. ok reports whether the provider can send requests.
func (a *PersonAction) ReadTarget(ctx context.Context, config tfsdk.Config, diags *diag.Diagnostics) (c ActionTarget, ok bool) {
	c, known := a.readTarget(ctx, config, diags)
	return c, known && a.Ready(diags)
}

// ReadPlannedTarget reads the configuration in a plan. ok is false while the person
// is unknown or the provider cannot send requests. Terraform does not plan an action again, so
// Invoke repeats the checks.
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
