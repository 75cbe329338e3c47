package team

import (
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var _ datasource.DataSourceWithConfigure = (*organizationsDataSource)(nil)

type organizationsDataSource struct {
	plumbing.DataSource
}

// NewOrganizationsDataSource returns the data source iam_organizations.
func NewOrganizationsDataSource() datasource.DataSource {
	return &organizationsDataSource{plumbing.DataSource{Name: "organizations"}}
}

// organizationsModel is the state of the data source iam_organizations.
type organizationsModel struct {
	Email         types.String        `tfsdk:"email"`
	Organizations []organizationModel `tfsdk:"organizations"`
}

// organizationModel is one tenant of an account.
type organizationModel struct {
	Tenant types.String `tfsdk:"tenant"`
	Role   types.String `tfsdk:"role"`
}

func (d *organizationsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The tenants that an account belongs to, by name, with the account's role in each team. " +
			"An account that does not belong to the provider's tenant is an error. Needs the reference backend: the public API has no teams.",
		Attributes: map[string]schema.Attribute{
			"email": schema.StringAttribute{
				MarkdownDescription: "E-mail address of the account (case-insensitive).",
				Required:            true,
				Validators:          []validator.String{plumbing.ValidEmail()},
			},
			"organizations": schema.ListNestedAttribute{
				MarkdownDescription: "The tenants, ordered by name.",
				Computed:            true,
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"tenant": schema.StringAttribute{MarkdownDescription: "Name of the tenant.", Computed: true},
					"role":   schema.StringAttribute{MarkdownDescription: "Role in the team: `owner`, `admin`, `member` or `billing_contact`; null for a user who is not in the team.", Computed: true},
				}},
			},
		},
	}
}

func (d *organizationsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m organizationsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() || !d.Ready(&resp.Diagnostics) {
		return
	}
	organizations, err := d.Client.Organizations(ctx, m.Email.ValueString())
	if err != nil {
		resp.Diagnostics.Append(plumbing.UnableAt(path.Root("email"), "list", "organizations", "of "+m.Email.ValueString(), err))
		return
	}
	slices.SortFunc(organizations, func(a, b api.Organization) int { return strings.Compare(a.Tenant, b.Tenant) })
	m.Organizations = make([]organizationModel, len(organizations))
	for i, o := range organizations {
		m.Organizations[i] = organizationModel{Tenant: types.StringValue(o.Tenant), Role: plumbing.StringOrNull(string(o.Role))}
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}
