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
		MarkdownDescription: "A user group and the access it gives its members. Start from a role template, lay levels of your own over it, " +
			"and read in the plan, entity by entity, what members will be able to do: `effective_access` is known before anything is applied.\n\n" +
			"Predefined groups cannot be managed; read them with the data source `iam_group`.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				MarkdownDescription: "Id of the group, unique in the tenant, case-sensitive. Left out, one is generated. Changing it replaces the group.",
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
				MarkdownDescription: "Whom the group is for: `EMPLOYEE` (default) or `CUSTOMER`. Changing it replaces the group.",
				Optional:            true,
				Computed:            true,
				Default:             stringdefault.StaticString(string(access.Employee)),
				Validators:          []validator.String{stringvalidator.OneOf(string(access.Employee), string(access.Customer))},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"role_template": schema.StringAttribute{
				MarkdownDescription: "Id of the role template that the group starts from: " + templateIDs("`") + ", or one of the tenant's own: then refer to the `id` of the `iam_role_template`, so that a change of both shows in one plan.",
				Optional:            true,
				Validators:          []validator.String{plumbing.NotEmpty()},
			},
			"access": schema.MapAttribute{
				MarkdownDescription: "Levels by entity, laid over the role template: a higher level raises, a lower one lowers, `none` takes away. " +
					"Levels of the Commerce Engine are `none`, `read` and `manage`; its entities: " + entityCodes(access.CommerceEngine) + ". " +
					"Levels of the Orchestration Engine are `none`, `read`, `edit`, `manage` and `administrate`; its entities: " + entityCodes(access.OrchestrationEngine) + ".",
				ElementType: types.StringType,
				Optional:    true,
				Validators:  []validator.Map{plumbing.ValidAccess()},
			},
			"access_control_ids": schema.SetAttribute{
				MarkdownDescription: "Ids of access controls that the group carries besides, such as custom ones. They add what they grant and never lower. Left out, access controls that neither template nor levels explain are kept as they are.",
				ElementType:         types.StringType,
				Optional:            true,
				Validators:          []validator.Set{setvalidator.ValueStringsAre(plumbing.NotEmpty())},
			},
			"restrictions": schema.SetAttribute{
				MarkdownDescription: "Restriction values, such as site codes: members see only records of restriction-aware entities (companies, customers, carts, orders, quotes) that carry one of them. Left out, they see every record; an empty set is an error. " +
					"The plan refuses a new value that the tenant does not allow; one that was taken off the tenant's list later may stay, but the group cannot be changed otherwise while it does. " +
					"Where the same configuration makes the value, refer to it, as in `iam_restriction.name.value` or `iam_site.name.code`, or use `depends_on`: otherwise Terraform may plan and make the group first, and both fail.",
				ElementType: types.StringType,
				Optional:    true,
				Validators: []validator.Set{
					plumbing.NotEmptySet("A group without values is not restricted: its members see every record, and leaving the argument out says so. "),
					setvalidator.ValueStringsAre(plumbing.NotEmpty()),
				},
			},
			"legal_entity_id": schema.StringAttribute{
				MarkdownDescription: "Company that a group of customers belongs to.",
				Optional:            true,
				Validators:          []validator.String{plumbing.NotEmpty()},
			},
			"vendor_id": schema.StringAttribute{
				MarkdownDescription: "Vendor that the group belongs to: only employees can join it. Of a vendor's groups only one that carries the access control of its `product_manager` group can be given rights to publish products. Changing it replaces the group; an id that is known only in the apply and turns out the same changes nothing.",
				Optional:            true,
				Validators:          []validator.String{plumbing.NotEmpty()},
				PlanModifiers:       []planmodifier.String{plumbing.ReplaceIfKnown()},
			},
			"mixins": schema.StringAttribute{
				MarkdownDescription: "Custom attributes of the group, a JSON object. Left out, they are kept as they are.",
				CustomType:          jsontypes.NormalizedType{},
				Optional:            true,
				Validators:          []validator.String{plumbing.ValidMixins()},
			},
			"force_delete": schema.BoolAttribute{
				MarkdownDescription: "Whether destroying the group removes members that were added outside of this configuration, instead of failing. `false` by default.",
				Optional:            true,
				Computed:            true,
				Default:             booldefault.StaticBool(false),
			},
			"code": schema.StringAttribute{
				MarkdownDescription: "Code of a predefined group; null for all others, and so for every group made here.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"effective_access": schema.MapAttribute{
				MarkdownDescription: "What members can do: the level by entity that they hold wholly, after template, own levels, tied and derived entities, and access controls. Entities without access are left out. Known in the plan.",
				ElementType:         types.StringType,
				Computed:            true,
			},
			"partial_access": schema.MapAttribute{
				MarkdownDescription: partialAccessText + " Known in the plan.",
				ElementType:         types.StringType,
				Computed:            true,
			},
			"unmet_dependencies": schema.MapAttribute{
				MarkdownDescription: "What the group alone leaves open: for each entity that it manages and that needs levels on others in practice, what to add. Empty when there is nothing. Known in the plan, " +
					"which warns of what the change newly leaves open; `guardrails.require_dependencies` of the provider makes that an error. What a predefined template leaves open as it stands is no warning.",
				ElementType: types.StringType,
				Computed:    true,
			},
		},
	}
}

// partialAccessText describes partial_access of a group.
const partialAccessText = "What members can do in part: the highest level by entity of which the group gives some scopes and not all, above the one in `effective_access`. " +
	"Access controls of the tenant's own, and single ones of several that a level takes, give such parts: `users_and_groups = \"manage\"` here means that members can do a part of what its managers can. Mostly empty."

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
