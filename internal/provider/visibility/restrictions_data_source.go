package visibility

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var _ datasource.DataSourceWithConfigure = (*restrictionsDataSource)(nil)

type restrictionsDataSource struct {
	plumbing.DataSource
}

// NewRestrictionsDataSource returns the data source iam_restrictions.
func NewRestrictionsDataSource() datasource.DataSource {
	return &restrictionsDataSource{plumbing.DataSource{Name: "restrictions"}}
}

// restrictionsModel is the state of the data source iam_restrictions.
type restrictionsModel struct {
	Values        types.Set  `tfsdk:"values"`
	SyncWithSites types.Bool `tfsdk:"sync_with_sites"`
	AllowedValues types.Set  `tfsdk:"allowed_values"`
	Stale         types.Map  `tfsdk:"stale"`
}

func (d *restrictionsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The restriction values of the tenant: which it lists, which it allows, and which groups still hold although it does not any more.",
		Attributes: map[string]schema.Attribute{
			"values": schema.SetAttribute{
				MarkdownDescription: "The tenant's list.",
				ElementType:         types.StringType,
				Computed:            true,
			},
			"sync_with_sites": schema.BoolAttribute{
				MarkdownDescription: "Whether restrictions are tied to the sites.",
				Computed:            true,
			},
			"allowed_values": schema.SetAttribute{
				MarkdownDescription: "The values that groups may be restricted to: the codes of the sites, inactive ones too, while restrictions are tied to them, else the list.",
				ElementType:         types.StringType,
				Computed:            true,
			},
			"stale": schema.MapAttribute{
				MarkdownDescription: "Values that groups hold and that are not allowed, each with the ids of these groups. Such a group cannot be changed any more while it holds the value.",
				ElementType:         types.ListType{ElemType: types.StringType},
				Computed:            true,
			},
		},
	}
}

func (d *restrictionsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	if !d.Ready(&resp.Diagnostics) {
		return
	}
	r, whole, err := plumbing.RestrictionRules(ctx, d.Client)
	var groups []api.Group
	if err == nil {
		groups, err = d.Client.Groups(ctx)
	}
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("read", "restrictions", "of the tenant", err))
		return
	}
	if !whole {
		resp.Diagnostics.AddWarning("Inactive Sites Not Seen", "The API key may not see inactive sites. Their codes are allowed as restriction values, too; they are missing in allowed_values, and where groups hold them they show as stale. Use a key with the scope site.site_manage.")
	}
	stale, diags := types.MapValueFrom(ctx, types.ListType{ElemType: types.StringType}, staleOn(groups, r))
	resp.Diagnostics.Append(diags...)
	resp.Diagnostics.Append(resp.State.Set(ctx, restrictionsModel{
		Values: setOf(r.Listed), SyncWithSites: types.BoolValue(r.SyncWithSites), AllowedValues: setOf(r.Allowed()), Stale: stale,
	})...)
}

// staleOn returns the values that groups hold and the tenant does not allow,
// with the groups' ids in order: the API gives the groups in any.
func staleOn(groups []api.Group, r access.RestrictionRules) map[string][]string {
	stale := map[string][]string{}
	for _, g := range groups {
		for _, v := range r.Refused(g.Restrictions) {
			stale[v] = append(stale[v], g.ID)
		}
	}
	for _, ids := range stale {
		slices.Sort(ids)
	}
	return stale
}
