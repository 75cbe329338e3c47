package team

import (
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var _ datasource.DataSourceWithConfigure = (*productsDataSource)(nil)

type productsDataSource struct {
	plumbing.DataSource
}

// NewProductsDataSource returns the data source iam_products.
func NewProductsDataSource() datasource.DataSource {
	return &productsDataSource{plumbing.DataSource{Name: "products"}}
}

// productsModel is the state of the data source iam_products.
type productsModel struct {
	Products []heldProductModel `tfsdk:"products"`
}

// heldProductModel is one product.
type heldProductModel struct {
	ID        types.String `tfsdk:"id"`
	Label     types.String `tfsdk:"label"`
	Roles     types.List   `tfsdk:"roles"`
	MemberIDs types.List   `tfsdk:"member_ids"`

	Permissions types.List `tfsdk:"permissions"`
	Predefined  types.Bool `tfsdk:"predefined"`
}

func (d *productsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The products of the tenant's team and the members who hold them. Needs the reference backend: the public API has no teams.",
		Attributes: map[string]schema.Attribute{
			"products": schema.ListNestedAttribute{
				MarkdownDescription: "The products, ordered by id.",
				Computed:            true,
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"id":    schema.StringAttribute{MarkdownDescription: "Id of the product, as in `iam_product_assignment`, such as `orchestrator`.", Computed: true},
					"label": schema.StringAttribute{MarkdownDescription: "Name, such as `SaaS Orchestrator`.", Computed: true},
					"roles": schema.ListAttribute{
						MarkdownDescription: "Roles in the product, of which each member who holds it has one; empty if it has none.",
						ElementType:         types.StringType,
						Computed:            true,
					},
					"permissions": schema.ListAttribute{
						MarkdownDescription: "Permissions that an `iam_product_assignment` can give in the product; empty if it has none.",
						ElementType:         types.StringType,
						Computed:            true,
					},
					"predefined": schema.BoolAttribute{MarkdownDescription: "Whether every team has the product; false for an `iam_product`.", Computed: true},
					"member_ids": schema.ListAttribute{
						MarkdownDescription: "Ids of the members who hold the product: the Owner, the Admins, and those it is assigned to.",
						ElementType:         types.StringType,
						Computed:            true,
					},
				}},
			},
		},
	}
}

func (d *productsDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	if !d.Ready(&resp.Diagnostics) {
		return
	}
	products, err := d.Client.TeamProducts(ctx)
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("list", "products", "of the team", err))
		return
	}
	slices.SortFunc(products, func(a, b api.TeamProduct) int { return strings.Compare(a.ID, b.ID) })
	m := productsModel{Products: make([]heldProductModel, len(products))}
	for i, p := range products {
		m.Products[i] = heldProductModel{
			ID: types.StringValue(p.ID), Label: types.StringValue(p.Label), Roles: plumbing.StringList(p.Roles), MemberIDs: plumbing.StringList(p.MemberIDs),
			Permissions: plumbing.StringList(p.Permissions), Predefined: types.BoolValue(p.Predefined),
		}
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}
