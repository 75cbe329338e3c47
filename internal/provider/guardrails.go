package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
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
		MarkdownDescription: "Limits that plans must keep. A plan that breaks a limit fails: the resource that breaks it reports it once, with the number of users so far and up to ten names. " +
			"Groups, memberships, users, what groups can carry, the team, products and Make count, and so do the actions. All but `require_dependencies` read the tenant once per run. " +
			"Terraform plans one resource after another, in an order of its own, and each is checked against what was planned before it. Moving people between groups may count as a loss before the other half is planned; let the resource that takes them out depend on the one that takes them in. The `review` command checks the whole plan. " +
			"A change that depends on unknown values is checked when it is applied. A limit that is unknown itself does not hold in the plan, which warns of it.",
		Attributes: map[string]schema.Attribute{
			"require_dependencies": schema.BoolAttribute{
				MarkdownDescription: "Whether a change of an `iam_group` that leaves dependencies unmet is an error instead of a warning, also those that a predefined template leaves open. `false` by default.",
				Optional:            true,
			},
			"show_impact": schema.BoolAttribute{
				MarkdownDescription: "Whether the plan warns, on each resource or action that changes access, how many users gain and lose what, with up to ten names. `false` by default.",
				Optional:            true,
			},
			"max_users_gaining_access": schema.Int64Attribute{
				MarkdownDescription: "How many users may gain access, wholly or in part, in one run; new users with access count. `0` forbids every gain. Unlimited when left out.",
				Optional:            true,
				Validators:          []validator.Int64{int64validator.AtLeast(0)},
			},
			"max_new_admins": schema.Int64Attribute{
				MarkdownDescription: "How many users may gain the right to manage users and groups in one run, wholly or in part. `0` forbids every new administrator. Unlimited when left out.",
				Optional:            true,
				Validators:          []validator.Int64{int64validator.AtLeast(0)},
			},
			"forbid_lifting_restrictions": schema.BoolAttribute{
				MarkdownDescription: "Whether it is an error that a user who has access to records with some restriction values only gains it on all records. `false` by default.",
				Optional:            true,
			},
			"max_users_losing_access": schema.Int64Attribute{
				MarkdownDescription: "How many users may lose access, wholly or in part, in one run. `0` forbids every loss. Unlimited when left out.",
				Optional:            true,
				Validators:          []validator.Int64{int64validator.AtLeast(0)},
			},
			"keep_admins": schema.Int64Attribute{
				MarkdownDescription: "Minimum number of users who can still manage users and groups after a change. A change that does not reduce them is never refused.",
				Optional:            true,
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
			},
			"protect_users": schema.SetAttribute{
				MarkdownDescription: "E-mail addresses of users who are never removed, replaced or locked, and never lose access, a role in the team, a product or a role in Make, wholly or in part. Case-insensitive.",
				ElementType:         types.StringType,
				Optional:            true,
				Validators:          []validator.Set{setvalidator.ValueStringsAre(plumbing.ValidEmail())},
			},
		},
	}
}

// guardrailsModel is the block guardrails.
type guardrailsModel struct {
	RequireDependencies       types.Bool  `tfsdk:"require_dependencies"`
	ShowImpact                types.Bool  `tfsdk:"show_impact"`
	MaxUsersLosingAccess      types.Int64 `tfsdk:"max_users_losing_access"`
	MaxUsersGainingAccess     types.Int64 `tfsdk:"max_users_gaining_access"`
	MaxNewAdmins              types.Int64 `tfsdk:"max_new_admins"`
	KeepAdmins                types.Int64 `tfsdk:"keep_admins"`
	ForbidLiftingRestrictions types.Bool  `tfsdk:"forbid_lifting_restrictions"`
	ProtectUsers              types.Set   `tfsdk:"protect_users"`
}

// guardrails reads the limits: of a block that is left out, none. Those that are
// unknown do not hold yet, and a warning names them.
func guardrails(ctx context.Context, object types.Object, diags *diag.Diagnostics) plumbing.Guardrails {
	var m guardrailsModel
	if plumbing.IsSet(object) {
		diags.Append(object.As(ctx, &m, basetypes.ObjectAsOptions{})...)
	}
	if unknown := unknownLimits(object); len(unknown) > 0 {
		diags.AddAttributeWarning(path.Root("guardrails"), "Guardrails Not Known Yet", fmt.Sprintf("Known only after the apply, and so not checked in this plan: %s. "+
			"The apply checks them, but not for what it destroys. Use values that are known in the plan.", strings.Join(unknown, ", ")))
	}
	return plumbing.Guardrails{
		RequireDependencies:       m.RequireDependencies.ValueBool(),
		ShowImpact:                m.ShowImpact.ValueBool(),
		MaxUsersLosingAccess:      number(m.MaxUsersLosingAccess),
		MaxUsersGainingAccess:     number(m.MaxUsersGainingAccess),
		MaxNewAdmins:              number(m.MaxNewAdmins),
		KeepAdmins:                m.KeepAdmins.ValueInt64(),
		ForbidLiftingRestrictions: m.ForbidLiftingRestrictions.ValueBool(),
		ProtectUsers:              plumbing.Strings(m.ProtectUsers),
	}
}

// number returns a limit; nil where there is none.
func number(v types.Int64) *int64 {
	if !plumbing.IsSet(v) {
		return nil
	}
	return v.ValueInt64Pointer()
}

// unknownLimits names what is unknown of the block, wholly or in part.
func unknownLimits(object types.Object) (names []string) {
	if object.IsUnknown() {
		return []string{"all"}
	}
	for name, v := range object.Attributes() {
		if set, ok := v.(types.Set); v.IsUnknown() || ok && !plumbing.FullyKnown(set) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
