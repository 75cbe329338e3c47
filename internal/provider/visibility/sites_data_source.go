package visibility

import (
	"cmp"
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var _ datasource.DataSourceWithConfigure = (*sitesDataSource)(nil)

type sitesDataSource struct {
	plumbing.DataSource
}

// NewSitesDataSource returns the data source iam_sites.
func NewSitesDataSource() datasource.DataSource {
	return &sitesDataSource{plumbing.DataSource{Name: "sites"}}
}

// sitesModel is the state of the data source iam_sites.
type sitesModel struct {
	IncludeInactive types.Bool `tfsdk:"include_inactive"`
	Sites           types.List `tfsdk:"sites"`
}

func (d *sitesDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The tenant's sites, ordered by code.",
		Attributes: map[string]schema.Attribute{
			"include_inactive": schema.BoolAttribute{
				MarkdownDescription: "Whether to include inactive sites, which requires the scope `site.site_manage`. `false` by default.",
				Optional:            true,
			},
			"sites": schema.ListNestedAttribute{
				MarkdownDescription: "The sites.",
				Computed:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: siteListAttributes()},
			},
		},
	}
}

func siteListAttributes() map[string]schema.Attribute {
	text := func(about string) schema.Attribute {
		return schema.StringAttribute{MarkdownDescription: about, Computed: true}
	}
	texts := func(about string) schema.Attribute {
		return schema.SetAttribute{MarkdownDescription: about, ElementType: types.StringType, Computed: true}
	}
	return map[string]schema.Attribute{
		"code":              text("Code of the site."),
		"name":              text("Name of the site."),
		"active":            schema.BoolAttribute{MarkdownDescription: "Whether the site is open to the public.", Computed: true},
		"default":           schema.BoolAttribute{MarkdownDescription: "Whether this is the tenant's default site.", Computed: true},
		"default_language":  text("Default language."),
		"languages":         texts("Languages of the site."),
		"currency":          text("Currency."),
		"country":           text("Country of the site's address."),
		"zip_code":          text("Postal code of the site's address."),
		"ship_to_countries": texts("Countries that the site ships to."),
	}
}

func (d *sitesDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m sitesModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() || !d.Ready(&resp.Diagnostics) {
		return
	}
	sites, err := d.Client.Sites(ctx, m.IncludeInactive.ValueBool())
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("list", "sites", "of the tenant", err))
		return
	}
	slices.SortFunc(sites, func(a, b api.Site) int { return cmp.Compare(a.Code, b.Code) }) // the API promises no order
	models := make([]siteModel, len(sites))
	for i, s := range sites {
		models[i].fromAPI(s)
	}
	list, diags := types.ListValueFrom(ctx, schema.NestedAttributeObject{Attributes: siteListAttributes()}.Type(), models)
	resp.Diagnostics.Append(diags...)
	m.Sites = list
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}
