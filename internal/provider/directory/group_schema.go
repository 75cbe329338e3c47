package directory

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

func (r *groupResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages a user group and the access it gives its members. Start from a role template and override levels with `access`. " +
			"The plan shows the resulting access by entity: `effective_access` is known before the apply.\n\n" +
			"Predefined groups cannot be managed; read them with the data source `iam_group`.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				MarkdownDescription: "Id of the group: 1 to 66 letters, digits, dots, hyphens and underscores; unique in the tenant and case-sensitive. Generated if omitted. Changing it replaces the group.",
				Optional:            true,
				Computed:            true,
				Validators:          []validator.String{plumbing.ValidID()},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown(), stringplanmodifier.RequiresReplaceIfConfigured()},
			},
			"name": schema.MapAttribute{
				MarkdownDescription: "Name by language, such as `{ en = \"Orders DE\" }`.",
				ElementType:         types.StringType,
				Required:            true,
				Validators:          plumbing.ValidText(),
			},
			"description": schema.MapAttribute{
				MarkdownDescription: "Description by language.",
				ElementType:         types.StringType,
				Optional:            true,
				Validators:          plumbing.ValidText(),
			},
			"user_type": schema.StringAttribute{
				MarkdownDescription: "Type of the members: `EMPLOYEE` (default) or `CUSTOMER`. Changing it replaces the group.",
				Optional:            true,
				Computed:            true,
				Default:             stringdefault.StaticString(string(access.Employee)),
				Validators:          []validator.String{stringvalidator.OneOf(string(access.Employee), string(access.Customer))},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"role_template": schema.StringAttribute{
				MarkdownDescription: "Id of the role template that the group starts from: " + templateIDs("`") + ", a custom one, or `" + access.VendorRole + "` for a group with `vendor_id`: its levels are on the vendor's own records. " +
					"Those that start with `oe_` are the roles of the Orchestration Engine and give no roles in Make: add these with `access_control_ids`. For a custom template refer to the `id` of the `iam_role_template`, so that one plan shows the changes of both.",
				Optional:   true,
				Validators: []validator.String{plumbing.NotEmpty()},
			},
			"product": schema.StringAttribute{
				MarkdownDescription: "Product that the group is for: `commerce_engine` or `orchestration_engine`. Role templates, levels and predefined access controls of the other product are refused: use a second group for them. " +
					"If omitted, it follows from these. Null for a group without access, and for an existing group with access to both products, whose access cannot be changed before it is split.",
				Optional:   true,
				Computed:   true,
				Validators: []validator.String{stringvalidator.OneOf(string(access.CommerceEngine), string(access.OrchestrationEngine))},
			},
			"access": schema.MapAttribute{
				MarkdownDescription: "Levels by entity, which override those of the role template: a higher level raises access, a lower one lowers it, and `none` removes it. " +
					"Levels of the Commerce Engine are `none`, `read` and `manage`; its entities: " + entityCodes(access.CommerceEngine) + ". " +
					"Levels of the Orchestration Engine are `none`, `read`, `edit`, `manage` and `administrate`; its entities: " + entityCodes(access.OrchestrationEngine) + ". " +
					"With `role_template = \"vendor\"`, the entities are " + "`" + strings.Join(access.VendorEntities(), "`, `") + "`" + ", and the levels are on the vendor's own records.",
				ElementType: types.StringType,
				Optional:    true,
				Validators:  []validator.Map{plumbing.ValidAccess()},
			},
			"access_control_ids": schema.SetAttribute{
				MarkdownDescription: "Ids of additional access controls of the group, such as custom ones. They add access and never lower it. If omitted, access controls that neither the template nor the levels explain are kept unchanged.",
				ElementType:         types.StringType,
				Optional:            true,
				Validators:          []validator.Set{setvalidator.ValueStringsAre(plumbing.NotEmpty())},
			},
			"restrictions": schema.SetAttribute{
				MarkdownDescription: "Restriction values, such as site codes: members see only those records of restriction-aware entities (companies, customers, carts, orders, quotes) that have one of the values. If omitted, they see all records; an empty set is an error. " +
					"The plan refuses a new value that the tenant does not allow. A value that is removed from the tenant's list later can stay, but the group cannot be changed otherwise until you remove it. " +
					"If the same configuration creates the value, refer to it, as in `iam_restriction.name.value` or `iam_site.name.code`, or use `depends_on`: otherwise Terraform may plan and create the group first, and either fails.",
				ElementType: types.StringType,
				Optional:    true,
				Validators: []validator.Set{
					plumbing.NotEmptySet("A group without values is not restricted: its members see all records. "),
					setvalidator.ValueStringsAre(plumbing.NotEmpty()),
				},
			},
			"legal_entity_id": schema.StringAttribute{
				MarkdownDescription: "Id of the company that a group of customers belongs to.",
				Optional:            true,
				Validators:          []validator.String{plumbing.NotEmpty()},
			},
			"vendor_id": schema.StringAttribute{
				MarkdownDescription: "Id of the vendor that the group belongs to. Only employees can join it. With `role_template = \"vendor\"`, the group gives access to the vendor's own records, otherwise to every record. Of a vendor's groups, only one that manages products, like its `product_manager` group, can have rights to publish products. Changing it replaces the group, unless the id is known only in the apply and turns out to be the same.",
				Optional:            true,
				Validators:          []validator.String{plumbing.NotEmpty()},
				PlanModifiers:       []planmodifier.String{plumbing.ReplaceIfKnown()},
			},
			"mixins": schema.StringAttribute{
				MarkdownDescription: "Custom attributes of the group, as a JSON object. If omitted, they are kept unchanged.",
				CustomType:          jsontypes.NormalizedType{},
				Optional:            true,
				Validators:          []validator.String{plumbing.ValidMixins()},
			},
			"force_delete": schema.BoolAttribute{
				MarkdownDescription: "Whether destroying the group removes members that were added outside this configuration, instead of failing. Defaults to `false`.",
				Optional:            true,
				Computed:            true,
				Default:             booldefault.StaticBool(false),
			},
			"code": schema.StringAttribute{
				MarkdownDescription: "Code of a predefined group; null for all others, including every group managed here.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"effective_access": schema.MapAttribute{
				MarkdownDescription: "Access of the members: the level by entity that they have completely, from the template, own levels, tied and derived entities, and access controls. With `role_template = \"vendor\"`, the level on the vendor's own records. Entities without access are omitted. Known in the plan.",
				ElementType:         types.StringType,
				Computed:            true,
			},
			"partial_access": schema.MapAttribute{
				MarkdownDescription: partialAccessText + " Known in the plan.",
				ElementType:         types.StringType,
				Computed:            true,
			},
			"unmet_dependencies": schema.MapAttribute{
				MarkdownDescription: "Dependencies that the group alone does not meet: for each entity that it manages and that in practice needs levels on other entities, the levels to add. Empty if all are met. Known in the plan, " +
					"which warns about dependencies that the change newly leaves unmet; `guardrails.require_dependencies` of the provider makes them an error. There is no warning about those that a predefined template leaves unmet by design.",
				ElementType: types.StringType,
				Computed:    true,
			},
		},
	}
}

// partialAccessText describes partial_access of a group.
const partialAccessText = "Partial access of the members: the highest level by entity, above the one in `effective_access`, of which the group gives some but not all scopes. " +
	"Custom access controls give partial access, and so does one access control of a level that needs several: `users_and_groups = \"manage\"` here means that members can do part of what its managers can. Usually empty."

// templateIDs lists the predefined role templates for a text.
func templateIDs(quote string) string {
	var ids []string
	for _, t := range access.Templates() {
		ids = append(ids, quote+t.ID+quote)
	}
	return strings.Join(ids, ", ")
}

// entityCodes lists a product's entities for a text.
func entityCodes(p access.Product) string {
	var codes []string
	for _, e := range access.Entities() {
		if e.Product == p {
			codes = append(codes, "`"+e.Code+"`")
		}
	}
	return strings.Join(codes, ", ")
}
