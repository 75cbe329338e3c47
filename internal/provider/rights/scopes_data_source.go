package rights

import (
	"cmp"
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var _ datasource.DataSourceWithConfigure = (*scopesDataSource)(nil)

type scopesDataSource struct {
	plumbing.DataSource
}

// NewScopesDataSource returns the data source iam_scopes.
func NewScopesDataSource() datasource.DataSource {
	return &scopesDataSource{plumbing.DataSource{Name: "scopes"}}
}

// scopesModel is the state of the data source iam_scopes.
type scopesModel struct {
	Predefined types.Bool   `tfsdk:"predefined"`
	Domain     types.String `tfsdk:"domain"`
	Scopes     types.List   `tfsdk:"scopes"`
}

// scopeListModel is a scope in the list.
type scopeListModel struct {
	scopeModel

	Predefined types.Bool `tfsdk:"predefined"`
}

func scopeListAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":          schema.StringAttribute{MarkdownDescription: "Id of the scope.", Computed: true},
		"description": schema.MapAttribute{MarkdownDescription: "Description by language.", ElementType: types.StringType, Computed: true},
		"domain":      schema.StringAttribute{MarkdownDescription: "Domain of the scope; the service for predefined scopes.", Computed: true},
		"predefined":  schema.BoolAttribute{MarkdownDescription: "Whether it is predefined. Predefined scopes cannot be managed.", Computed: true},
	}
}

func (d *scopesDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The tenant's scopes, predefined ones and its own, ordered by id.",
		Attributes: map[string]schema.Attribute{
			"predefined": schema.BoolAttribute{
				MarkdownDescription: "`true` selects only predefined ones, `false` only the tenant's own.",
				Optional:            true,
			},
			"domain": schema.StringAttribute{
				MarkdownDescription: "Only scopes of this domain, such as `order`.",
				Optional:            true,
				Validators:          []validator.String{plumbing.NotEmpty()},
			},
			"scopes": schema.ListNestedAttribute{
				MarkdownDescription: "The scopes.",
				Computed:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: scopeListAttributes()},
			},
		},
	}
}

func (d *scopesDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m scopesModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() || !d.Ready(&resp.Diagnostics) {
		return
	}
	scopes, err := d.Client.Scopes(ctx)
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("list", "scopes", "of the tenant", err))
		return
	}
	scopes = slices.DeleteFunc(scopes, func(s api.Scope) bool {
		return !m.Predefined.IsNull() && s.Predefined != m.Predefined.ValueBool() || !m.Domain.IsNull() && s.Domain != m.Domain.ValueString()
	})
	slices.SortFunc(scopes, func(a, b api.Scope) int { return cmp.Compare(a.ID, b.ID) })
	models := make([]scopeListModel, len(scopes))
	for i, s := range scopes {
		models[i].fromAPI(s)
		models[i].Predefined = types.BoolValue(s.Predefined)
	}
	list, diags := types.ListValueFrom(ctx, schema.NestedAttributeObject{Attributes: scopeListAttributes()}.Type(), models)
	resp.Diagnostics.Append(diags...)
	m.Scopes = list
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}
