package plumbing

import (
	"cmp"
	"context"

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

// Choose reads the configuration. It reports whether requests can be made.
func (a *ActionOn) Choose(ctx context.Context, config tfsdk.Config, diags *diag.Diagnostics) (c Chosen, ok bool) {
	var id, email types.String
	diags.Append(config.GetAttribute(ctx, path.Root(a.ID), &id)...)
	diags.Append(config.GetAttribute(ctx, path.Root("email"), &email)...)
	if diags.HasError() || !a.Ready(diags) {
		return c, false
	}
	c = Chosen{ID: trimmedText(id).ValueString(), Email: trimmedText(email).ValueString(), At: path.Root(a.ID)}
	if id.IsNull() {
		c.At = path.Root("email")
	}
	return c, true
}
