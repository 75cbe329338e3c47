package vendors

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var _ datasource.DataSourceWithConfigure = (*vendorsDataSource)(nil)

type vendorsDataSource struct {
	plumbing.DataSource
}

// NewVendorsDataSource returns the data source iam_vendors.
func NewVendorsDataSource() datasource.DataSource {
	return &vendorsDataSource{plumbing.DataSource{Name: "vendors"}}
}

// vendorsModel is the state of the data source iam_vendors.
type vendorsModel struct {
	Type     types.String `tfsdk:"type"`
	ParentID types.String `tfsdk:"parent_id"`
	Vendors  types.List   `tfsdk:"vendors"`
}

func (d *vendorsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The tenant's vendors with the ids of their groups, in the order of their creation: all, or those that match every filter. Without a match, the list is empty.",
		Attributes: map[string]schema.Attribute{
			"type": schema.StringAttribute{
				MarkdownDescription: "Only vendors of this type: `COMPANY` or `SUBSIDIARY`.",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.OneOf(string(api.VendorCompany), string(api.VendorSubsidiary))},
			},
			"parent_id": schema.StringAttribute{MarkdownDescription: "Only vendors directly below the vendor with this id.", Optional: true},
			"vendors": schema.ListNestedAttribute{
				MarkdownDescription: "The vendors.",
				Computed:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: vendorAttributes()},
			},
		},
	}
}

func (d *vendorsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m vendorsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() || !d.Ready(&resp.Diagnostics) {
		return
	}
	vendors, err := d.Client.Vendors(ctx)
	var groups []api.Group
	if err == nil {
		groups, err = d.Client.Groups(ctx) // one request instead of one for each vendor
	}
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("list", "vendors", "of the tenant", err))
		return
	}
	plumbing.SortByCreation(vendors, func(v api.Vendor) (string, string) { return v.Metadata.Created(), v.ID })
	byVendor := map[string][]api.Group{}
	for _, g := range groups {
		byVendor[g.VendorID] = append(byVendor[g.VendorID], g)
	}
	models := []vendorDataModel{}
	for _, v := range vendors {
		if m.selects(v) {
			var one vendorDataModel
			one.fromAPI(ctx, v, byVendor[v.ID], &resp.Diagnostics)
			models = append(models, one)
		}
	}
	list, diags := types.ListValueFrom(ctx, schema.NestedAttributeObject{Attributes: vendorAttributes()}.Type(), models)
	resp.Diagnostics.Append(diags...)
	m.Vendors = list
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

// selects reports whether the vendor matches every filter.
func (m vendorsModel) selects(v api.Vendor) bool {
	return (m.Type.IsNull() || m.Type.ValueString() == string(v.Type)) && (m.ParentID.IsNull() || m.ParentID.ValueString() == v.ParentID)
}
