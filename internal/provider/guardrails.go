package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// guardrailsBlock describes the limits. They are a block, as Terraform drops
// members of an object argument that it does not know: a misspelled limit would
// be none.
func guardrailsBlock() schema.Block {
	return schema.SingleNestedBlock{
		MarkdownDescription: "Limits that plans must keep; a plan that breaks one fails, and the error lists the users. All but `require_dependencies` read the tenant's users and groups once per run. " +
			"Terraform plans one resource after another, in an order of its own: each is judged by what has been planned up to then, so that moving people between groups may be counted as a loss before the other half is planned; the `review` command judges the whole plan. " +
			"While a value that matters is unknown the change is judged when it is applied; a limit that itself is unknown does not hold yet.",
		Attributes: map[string]schema.Attribute{
			"require_dependencies": schema.BoolAttribute{
				MarkdownDescription: "Whether a change of an `iam_group` that leaves dependencies unmet is an error instead of a warning, also those that a predefined template leaves open. `false` by default.",
				Optional:            true,
			},
			"show_impact": schema.BoolAttribute{
				MarkdownDescription: "Whether the plan warns, on each resource that changes access, how many users gain and lose what, with up to ten names. `false` by default.",
				Optional:            true,
			},
			"max_users_losing_access": schema.Int64Attribute{
				MarkdownDescription: "How many users may lose access, wholly or in part, in one run. `0` forbids every loss. Unlimited when left out.",
				Optional:            true,
				Validators:          []validator.Int64{int64validator.AtLeast(0)},
			},
			"keep_admins": schema.Int64Attribute{
				MarkdownDescription: "How many users who can manage users and groups a change must leave, at least. A change that does not reduce them is never refused.",
				Optional:            true,
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
			},
			"protect_users": schema.SetAttribute{
				MarkdownDescription: "E-mail addresses of users who are never removed or locked, and never lose access, wholly or in part. Case does not count.",
				ElementType:         types.StringType,
				Optional:            true,
				Validators:          []validator.Set{setvalidator.ValueStringsAre(plumbing.ValidEmail())},
			},
		},
	}
}

// guardrailsModel is the block guardrails.
type guardrailsModel struct {
	RequireDependencies  types.Bool  `tfsdk:"require_dependencies"`
	ShowImpact           types.Bool  `tfsdk:"show_impact"`
	MaxUsersLosingAccess types.Int64 `tfsdk:"max_users_losing_access"`
	KeepAdmins           types.Int64 `tfsdk:"keep_admins"`
	ProtectUsers         types.Set   `tfsdk:"protect_users"`
}

// guardrails reads the limits: of a block that is left out, none. Those that are
// unknown do not hold yet.
func guardrails(ctx context.Context, object types.Object, diags *diag.Diagnostics) plumbing.Guardrails {
	var m guardrailsModel
	if plumbing.IsSet(object) {
		diags.Append(object.As(ctx, &m, basetypes.ObjectAsOptions{})...)
	}
	g := plumbing.Guardrails{
		RequireDependencies: m.RequireDependencies.ValueBool(),
		ShowImpact:          m.ShowImpact.ValueBool(),
		KeepAdmins:          m.KeepAdmins.ValueInt64(),
		ProtectUsers:        plumbing.Strings(m.ProtectUsers),
	}
	if plumbing.IsSet(m.MaxUsersLosingAccess) {
		g.MaxUsersLosingAccess = m.MaxUsersLosingAccess.ValueInt64Pointer()
	}
	return g
}
