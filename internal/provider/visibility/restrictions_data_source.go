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
		MarkdownDescription: "The restriction values of the tenant: the listed values, the allowed values, and values that groups still hold although they are no longer allowed.",
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
				MarkdownDescription: "The values to which groups can be restricted: the codes of the sites, including inactive ones, while restrictions are tied to them; otherwise the list.",
				ElementType:         types.StringType,
				Computed:            true,
			},
			"stale": schema.MapAttribute{
				MarkdownDescription: "Values that groups hold but that are not allowed, each with the ids of these groups. A group cannot be changed while it holds such a value.",
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
		resp.Diagnostics.AddWarning("Inactive Sites Not Visible", "The API key has no permission to see inactive sites. Their codes are also allowed as restriction values, but they are missing from allowed_values, and groups that hold them show as stale. Use a key with the scope site.site_manage.")
	}
	stale, diags := types.MapValueFrom(ctx, types.ListType{ElemType: types.StringType}, staleOn(groups, r))
	resp.Diagnostics.Append(diags...)
	resp.Diagnostics.Append(resp.State.Set(ctx, restrictionsModel{
		Values: setOf(r.Listed), SyncWithSites: types.BoolValue(r.SyncWithSites), AllowedValues: setOf(r.Allowed()), Stale: stale,
	})...)
}

// staleOn returns the values that groups hold and the tenant does not allow,
// with the sorted ids of the groups.
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
