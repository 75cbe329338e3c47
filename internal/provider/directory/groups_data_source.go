package directory

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var _ datasource.DataSourceWithConfigure = (*groupsDataSource)(nil)

type groupsDataSource struct {
	plumbing.DataSource
}

// NewGroupsDataSource returns the data source iam_groups.
func NewGroupsDataSource() datasource.DataSource {
	return &groupsDataSource{plumbing.DataSource{Name: "groups"}}
}

// groupsModel is the state of the data source iam_groups.
type groupsModel struct {
	UserType types.String `tfsdk:"user_type"`
	Groups   types.List   `tfsdk:"groups"`
}

func (d *groupsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the tenant's groups, including predefined ones, in the order of their creation.",
		Attributes: map[string]schema.Attribute{
			"user_type": schema.StringAttribute{
				MarkdownDescription: "Only groups for `EMPLOYEE` or for `CUSTOMER`.",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.OneOf(string(access.Employee), string(access.Customer))},
			},
			"groups": schema.ListNestedAttribute{
				MarkdownDescription: "The groups.",
				Computed:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: groupListAttributes()},
			},
		},
	}
}

func (d *groupsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m groupsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() || !d.Ready(&resp.Diagnostics) {
		return
	}
	groups, err := d.Client.Groups(ctx)
	var tenant plumbing.Rights
	if err == nil {
		tenant, err = d.PresentRights(ctx)
	}
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("list", "groups", "of the tenant", err))
		return
	}
	if !m.UserType.IsNull() {
		groups = slices.DeleteFunc(groups, func(g api.Group) bool { return string(g.UserType) != m.UserType.ValueString() })
	}
	plumbing.SortByCreation(groups, func(g api.Group) (string, string) { return g.Metadata.Created(), g.ID })
	models := make([]groupListModel, len(groups))
	for i, g := range groups {
		models[i].fromAPI(g, tenant.Rights)
		models[i].Name = plumbing.TextMap(g.Name)
	}
	list, diags := types.ListValueFrom(ctx, schema.NestedAttributeObject{Attributes: groupListAttributes()}.Type(), models)
	resp.Diagnostics.Append(diags...)
	m.Groups = list
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}
