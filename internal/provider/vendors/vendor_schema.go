package vendors

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

func (r *vendorResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A vendor: a supplier or business partner. The API creates four groups for each new vendor, for managers and viewers of its products and its orders, " +
			"whose members can access only the vendor's own records. The resource waits for the groups: `group_ids` has their ids.\n\n" +
			"Only employees can join a vendor's groups, and all groups of an employee must belong to the same vendor, or to none. Renaming a vendor does not rename its groups.\n\n" +
			"Locations and custom attributes of the vendor are not managed by this resource and are kept as they are.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				MarkdownDescription: "Id of the vendor: 1 to 66 letters, digits, hyphens and underscores, but not `search`; unique in the tenant, case-sensitive. Generated if left out. Changing it replaces the vendor.",
				Optional:            true,
				Computed:            true,
				Validators:          []validator.String{plumbing.ValidVendorID()},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace(), stringplanmodifier.UseStateForUnknown()},
			},
			"name": schema.StringAttribute{
				MarkdownDescription: "Name of the vendor.",
				Required:            true,
				Validators:          []validator.String{plumbing.NotEmpty()},
			},
			"type": schema.StringAttribute{
				MarkdownDescription: "`COMPANY` (default) or `SUBSIDIARY`.",
				Optional:            true,
				Computed:            true,
				Default:             stringdefault.StaticString(string(api.VendorCompany)),
				Validators:          []validator.String{stringvalidator.OneOf(string(api.VendorCompany), string(api.VendorSubsidiary))},
			},
			"parent_id": schema.StringAttribute{
				MarkdownDescription: "Id of the parent vendor.",
				Optional:            true,
				Validators:          []validator.String{plumbing.NotEmpty()},
			},
			"legal_info": legalInfoAttribute(),
			"contacts":   contactsAttribute(),
			"product_managers_publish": schema.BoolAttribute{
				MarkdownDescription: "Whether the members of the vendor's `product_manager` group can publish and unpublish products. `false` by default. " +
					"No other group of the vendor can have these rights.",
				Optional: true,
				Computed: true,
				Default:  booldefault.StaticBool(false),
			},
			"delete_groups": schema.BoolAttribute{
				MarkdownDescription: "Whether destroying the vendor first deletes its groups with their memberships, instead of failing while they have members. `false` by default.",
				Optional:            true,
				Computed:            true,
				Default:             booldefault.StaticBool(false),
			},
			"group_ids": schema.MapAttribute{
				MarkdownDescription: "Ids of the groups that the API created for the vendor, by purpose: `order_manager`, `order_viewer`, `product_manager`, `product_viewer`.",
				ElementType:         types.StringType,
				Computed:            true,
				PlanModifiers:       []planmodifier.Map{keepGroupIDs{}},
			},
			"timeouts": plumbing.Timeouts(ctx,
				"Creating the vendor, and waiting for its groups and until the API shows all of them. By default, each wait ends after 20 seconds.",
				"Updating the vendor, and waiting until the API shows it. By default, the wait ends after 20 seconds.",
				"Deleting the vendor, with its groups if `delete_groups` is set. By default, there is no limit."),
		},
	}
}

func legalInfoAttribute() schema.Attribute {
	of := func(about string, validators ...validator.String) schema.Attribute {
		return schema.StringAttribute{MarkdownDescription: about, Optional: true, Validators: append(validators, plumbing.NotEmpty())}
	}
	return schema.SingleNestedAttribute{
		MarkdownDescription: "Legal information about the vendor." + plumbing.UnknownMembers,
		Optional:            true,
		Attributes: map[string]schema.Attribute{
			"legal_name":              of("Legal name."),
			"registration_date":       of("Date of registration, such as `2022-03-31` or `2022-03-31T13:18:02Z`.", validDate{}),
			"country_of_registration": of("Country of registration, such as `DE`."),
			"tax_registration_number": of("Tax registration number."),
		},
	}
}

func contactsAttribute() schema.Attribute {
	of := func(about string) schema.Attribute {
		return schema.StringAttribute{MarkdownDescription: about, Optional: true, Validators: []validator.String{plumbing.NotEmpty()}}
	}
	return schema.ListNestedAttribute{
		MarkdownDescription: "Contacts." + plumbing.UnknownMembers,
		Optional:            true,
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"first_name": of("First name."),
			"last_name":  of("Last name."),
			"email": schema.StringAttribute{
				MarkdownDescription: "E-mail address.",
				Required:            true,
				Validators:          []validator.String{plumbing.ValidEmail()},
			},
			"phone": of("Phone number."),
		}},
	}
}

// keepGroupIDs plans the known groups, because a vendor keeps its groups. If
// some are missing, group_ids is unknown in the plan of the next change.
type keepGroupIDs struct{}

func (keepGroupIDs) Description(context.Context) string { return "A vendor keeps its groups." }

func (k keepGroupIDs) MarkdownDescription(ctx context.Context) string { return k.Description(ctx) }

// PlanModifyMap implements planmodifier.Map.
func (keepGroupIDs) PlanModifyMap(_ context.Context, req planmodifier.MapRequest, resp *planmodifier.MapResponse) {
	if req.PlanValue.IsUnknown() && complete(req.StateValue) {
		resp.PlanValue = req.StateValue
	}
}

// validDate accepts a date or a time.
type validDate struct{}

func (validDate) Description(context.Context) string {
	return "must be a date such as 2022-03-31, or a time such as 2022-03-31T13:18:02Z"
}

func (v validDate) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString implements validator.String.
func (v validDate) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if !plumbing.IsSet(req.ConfigValue) {
		return
	}
	if _, ok := parseDate(req.ConfigValue.ValueString()); !ok {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid Date", fmt.Sprintf("%q %s.", req.ConfigValue.ValueString(), v.Description(ctx)))
	}
}
