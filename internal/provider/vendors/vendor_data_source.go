package vendors

import (
	"cmp"
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var (
	_ datasource.DataSourceWithConfigure        = (*vendorDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*vendorDataSource)(nil)
)

type vendorDataSource struct {
	plumbing.DataSource
}

// NewVendorDataSource returns the data source iam_vendor.
func NewVendorDataSource() datasource.DataSource {
	return &vendorDataSource{plumbing.DataSource{Name: "vendor"}}
}

// vendorDataModel is a vendor in data sources.
type vendorDataModel struct {
	ID          types.String `tfsdk:"id"`
	Name        types.String `tfsdk:"name"`
	Type        types.String `tfsdk:"type"`
	ParentID    types.String `tfsdk:"parent_id"`
	LegalInfo   types.Object `tfsdk:"legal_info"`
	Contacts    types.List   `tfsdk:"contacts"`
	LocationIDs types.List   `tfsdk:"location_ids"`
	Publishing  types.Bool   `tfsdk:"product_managers_publish"`
	GroupIDs    types.Map    `tfsdk:"group_ids"`
}

func (m *vendorDataModel) fromAPI(ctx context.Context, v api.Vendor, groups []api.Group, diags *diag.Diagnostics) {
	m.ID, m.Name = types.StringValue(v.ID), types.StringValue(v.Name)
	m.Type, m.ParentID = types.StringValue(string(v.Type)), plumbing.StringOrNull(v.ParentID)
	m.LegalInfo = types.ObjectNull(legalTypes)
	if v.LegalInfo != nil {
		object, d := types.ObjectValueFrom(ctx, legalTypes, legalOf(v.LegalInfo))
		diags.Append(d...)
		m.LegalInfo = object
	}
	m.Contacts = contactList(ctx, v.ContactDetails, diags)
	ids := make([]string, len(v.Locations))
	for i, l := range v.Locations {
		ids[i] = l.ID
	}
	m.LocationIDs = plumbing.StringList(ids)
	m.GroupIDs = groupIDs(groups)
	m.Publishing = publishes(groups, types.BoolNull())
}

// vendorAttributes returns the attributes of a vendor in data sources.
func vendorAttributes() map[string]schema.Attribute {
	text := func(about string) schema.Attribute {
		return schema.StringAttribute{MarkdownDescription: about, Computed: true}
	}
	return map[string]schema.Attribute{
		"id":        text("Id of the vendor."),
		"name":      text("Name of the vendor."),
		"type":      text("`COMPANY` or `SUBSIDIARY`."),
		"parent_id": text("Id of the parent vendor; null for most."),
		"legal_info": schema.SingleNestedAttribute{
			MarkdownDescription: "Legal information about the vendor.",
			Computed:            true,
			Attributes: map[string]schema.Attribute{
				"legal_name":              text("Legal name."),
				"registration_date":       text("Date of registration."),
				"country_of_registration": text("Country of registration."),
				"tax_registration_number": text("Tax registration number."),
			},
		},
		"contacts": schema.ListNestedAttribute{
			MarkdownDescription: "Contacts. If a contact has several e-mail addresses or phone numbers, the first one is returned.",
			Computed:            true,
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"first_name": text("First name."),
				"last_name":  text("Last name."),
				"email":      text("E-mail address."),
				"phone":      text("Phone number."),
			}},
		},
		"location_ids":             schema.ListAttribute{MarkdownDescription: "Ids of the vendor's locations.", ElementType: types.StringType, Computed: true},
		"product_managers_publish": schema.BoolAttribute{MarkdownDescription: "Whether the members of the vendor's `product_manager` group can publish or unpublish products.", Computed: true},
		"group_ids": schema.MapAttribute{
			MarkdownDescription: "Ids of the groups that the API created for the vendor, by purpose: `order_manager`, `order_viewer`, `product_manager`, `product_viewer`.",
			ElementType:         types.StringType,
			Computed:            true,
		},
	}
}

func (d *vendorDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := vendorAttributes()
	key := func(about string) schema.Attribute {
		return schema.StringAttribute{MarkdownDescription: about, Optional: true, Computed: true, Validators: []validator.String{plumbing.NotEmpty()}}
	}
	attributes["id"] = key("Id of the vendor. Exactly one of `id` and `name` is required.")
	attributes["name"] = key("Name of the vendor. Exactly one of `id` and `name` is required. A name that several vendors have is an error.")
	resp.Schema = schema.Schema{
		MarkdownDescription: "A vendor of the tenant, by id or name, with the ids of its groups. A vendor that does not exist is an error.",
		Attributes:          attributes,
	}
}

func (d *vendorDataSource) ConfigValidators(ctx context.Context) []datasource.ConfigValidator {
	return append(d.DataSource.ConfigValidators(ctx), datasourcevalidator.ExactlyOneOf(path.MatchRoot("id"), path.MatchRoot("name")))
}

func (d *vendorDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m vendorDataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() || !d.Ready(&resp.Diagnostics) {
		return
	}
	var vendor *api.Vendor
	var err error
	at := path.Root("id")
	if m.ID.IsNull() {
		at = path.Root("name")
		vendor, err = findByName(ctx, d.Client, m.Name.ValueString())
	} else {
		vendor, err = d.Client.Vendor(ctx, m.ID.ValueString())
	}
	if err != nil {
		resp.Diagnostics.Append(plumbing.UnableAt(at, "read", "vendor", cmp.Or(m.ID.ValueString(), m.Name.ValueString()), err))
		return
	}
	groups, err := d.Client.VendorGroups(ctx, vendor.ID)
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("list", "groups of vendor", vendor.ID, err))
		return
	}
	m.fromAPI(ctx, *vendor, groups, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}
