package rights

import (
	"cmp"
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var _ datasource.DataSourceWithConfigure = (*roleTemplatesDataSource)(nil)

type roleTemplatesDataSource struct {
	plumbing.DataSource
}

// NewRoleTemplatesDataSource returns the data source iam_role_templates.
func NewRoleTemplatesDataSource() datasource.DataSource {
	return &roleTemplatesDataSource{plumbing.DataSource{Name: "role_templates"}}
}

// roleTemplatesModel is the state of the data source iam_role_templates.
type roleTemplatesModel struct {
	Templates types.List `tfsdk:"templates"`
}

func (d *roleTemplatesDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The tenant's role templates and the access each gives.",
		Attributes: map[string]schema.Attribute{
			"templates": schema.ListNestedAttribute{
				MarkdownDescription: "The templates, predefined ones first.",
				Computed:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: roleTemplateAttributes()},
			},
		},
	}
}

func (d *roleTemplatesDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	if !d.Ready(&resp.Diagnostics) {
		return
	}
	templates, err := d.Templates(ctx)
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("list", "role templates", "of the tenant", err))
		return
	}
	templates = slices.SortedStableFunc(slices.Values(templates), func(a, b api.Template) int {
		return cmp.Or(cmp.Compare(rank(a.ID), rank(b.ID)), cmp.Compare(a.ID, b.ID))
	})
	models := make([]roleTemplateModel, len(templates))
	for i, t := range templates {
		models[i].fromAPI(t)
	}
	list, diags := types.ListValueFrom(ctx, schema.NestedAttributeObject{Attributes: roleTemplateAttributes()}.Type(), models)
	resp.Diagnostics.Append(diags...)
	resp.Diagnostics.Append(resp.State.Set(ctx, roleTemplatesModel{Templates: list})...)
}

// rank orders predefined templates first, in their usual order.
func rank(id string) int {
	known := access.Templates()
	if i := slices.IndexFunc(known, func(t access.Template) bool { return t.ID == id }); i >= 0 {
		return i
	}
	return len(known)
}
