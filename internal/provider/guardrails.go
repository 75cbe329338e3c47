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

// guardrailsBlock returns the schema of the limits. They are a block because
// Terraform silently drops unknown members of an object: a misspelled limit
// would have no effect.
func guardrailsBlock() schema.Block {
	return schema.SingleNestedBlock{
		MarkdownDescription: "Limits that plans must keep. A plan that breaks a limit fails: the resource that breaks it reports it once, with the number of users so far and up to ten names. " +
			"Changes of groups, memberships, users, access controls, role templates, scopes, the team, products and Make count, and so do actions. All limits except `require_dependencies` read the tenant once per run. " +
			"Guardrails check resources one at a time, in the order in which Terraform plans them. Moving users between groups can count as a loss before the second half is planned: make the resource that removes them depend on the one that adds them. The `review` command checks the whole plan. " +
			"A change that depends on unknown values is checked when it is applied. An unknown limit is not checked in the plan, which then contains a warning.",
		Attributes: map[string]schema.Attribute{
			"require_dependencies": schema.BoolAttribute{
				MarkdownDescription: "Whether unmet dependencies in a change of an `iam_group`, including those of a predefined template, are an error instead of a warning. `false` by default.",
				Optional:            true,
			},
			"show_impact": schema.BoolAttribute{
				MarkdownDescription: "Whether the plan warns, for each resource or action that changes access, how many users gain and lose access, with up to ten names. `false` by default.",
				Optional:            true,
			},
			"max_users_gaining_access": schema.Int64Attribute{
				MarkdownDescription: "Maximum number of users who can gain access, wholly or in part, in one run; new users with access count. `0` forbids every gain. No limit by default.",
				Optional:            true,
				Validators:          []validator.Int64{int64validator.AtLeast(0)},
			},
			"max_new_admins": schema.Int64Attribute{
				MarkdownDescription: "Maximum number of users who can gain the right to manage users and groups, wholly or in part, or the right to manage the team, in one run. `0` forbids every new administrator. No limit by default.",
				Optional:            true,
				Validators:          []validator.Int64{int64validator.AtLeast(0)},
			},
			"forbid_lifting_restrictions": schema.BoolAttribute{
				MarkdownDescription: "Whether it is an error if a user with access only to records with certain restriction values gains access to all records. `false` by default.",
				Optional:            true,
			},
			"max_users_losing_access": schema.Int64Attribute{
				MarkdownDescription: "Maximum number of users who can lose access, wholly or in part, in one run. `0` forbids every loss. No limit by default.",
				Optional:            true,
				Validators:          []validator.Int64{int64validator.AtLeast(0)},
			},
			"keep_admins": schema.Int64Attribute{
				MarkdownDescription: "Minimum number of users who can still manage users and groups after a change. A change that does not reduce this number is never refused.",
				Optional:            true,
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
			},
			"protect_users": schema.SetAttribute{
				MarkdownDescription: "E-mail addresses of users who must not be removed, replaced or locked, and must not lose access, a role in the team, a product or a role in Make, wholly or in part. Case-insensitive.",
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

// guardrails reads the limits. Without the block there are none. Unknown limits
// are not checked yet, and a warning names them.
func guardrails(ctx context.Context, object types.Object, diags *diag.Diagnostics) plumbing.Guardrails {
	var m guardrailsModel
	if plumbing.IsSet(object) {
		diags.Append(object.As(ctx, &m, basetypes.ObjectAsOptions{})...)
	}
	if unknown := unknownLimits(object); len(unknown) > 0 {
		diags.AddAttributeWarning(path.Root("guardrails"), "Guardrails Not Known Yet", fmt.Sprintf("Not checked in this plan, because they are known only after apply: %s. "+
			"The apply checks them, except for what it destroys. Use values that are known in the plan.", strings.Join(unknown, ", ")))
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

// number returns a limit, or nil if there is none.
func number(v types.Int64) *int64 {
	if !plumbing.IsSet(v) {
		return nil
	}
	return v.ValueInt64Pointer()
}

// unknownLimits returns the names of limits that are unknown, wholly or in
// part.
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
