package rights

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var _ datasource.DataSourceWithConfigure = (*roleTemplateDataSource)(nil)

type roleTemplateDataSource struct {
	plumbing.DataSource
}

// NewRoleTemplateDataSource returns the data source iam_role_template.
func NewRoleTemplateDataSource() datasource.DataSource {
	return &roleTemplateDataSource{plumbing.DataSource{Name: "role_template"}}
}

// roleTemplateModel is one role template.
type roleTemplateModel struct {
	ID              types.String `tfsdk:"id"`
	Name            types.Map    `tfsdk:"name"`
	Description     types.Map    `tfsdk:"description"`
	Kind            types.String `tfsdk:"kind"`
	EffectiveAccess types.Map    `tfsdk:"effective_access"`
}

func (m *roleTemplateModel) fromAPI(t api.Template) {
	m.ID = types.StringValue(t.ID)
	m.Name = plumbing.TextMap(t.Name)
	m.Description = plumbing.TextMap(t.Description)
	m.Kind = types.StringValue("custom")
	if known, ok := access.TemplateByID(t.ID); ok {
		m.Kind = types.StringValue(string(known.Kind))
	}
	m.EffectiveAccess = plumbing.LevelMap(t.Levels().Map(), false)
}

// roleTemplateAttributes returns the attributes of a role template.
func roleTemplateAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":               schema.StringAttribute{MarkdownDescription: "Id of the template.", Computed: true},
		"name":             schema.MapAttribute{MarkdownDescription: "Name by language.", ElementType: types.StringType, Computed: true},
		"description":      schema.MapAttribute{MarkdownDescription: "Description by language.", ElementType: types.StringType, Computed: true},
		"kind":             schema.StringAttribute{MarkdownDescription: "`standard` (Viewer, Manager, Administrator), `template` (for one trade) or `custom`.", Computed: true},
		"effective_access": schema.MapAttribute{MarkdownDescription: "The level of a group with this template, by entity. Entities without access are left out.", ElementType: types.StringType, Computed: true},
	}
}

func (d *roleTemplateDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := roleTemplateAttributes()
	attributes["id"] = schema.StringAttribute{MarkdownDescription: "Id of the template, such as `catalog_manager`.", Required: true}
	resp.Schema = schema.Schema{
		MarkdownDescription: "A role template of the tenant and the access it gives.",
		Attributes:          attributes,
	}
}

func (d *roleTemplateDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m roleTemplateModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() || !d.Ready(&resp.Diagnostics) {
		return
	}
	id := m.ID.ValueString()
	templates, err := d.Templates(ctx)
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("read", "role template", id, err))
		return
	}
	i := slices.IndexFunc(templates, func(t api.Template) bool { return t.ID == id })
	if i < 0 {
		ids := make([]string, len(templates))
		for i, t := range templates {
			ids[i] = t.ID
		}
		resp.Diagnostics.Append(plumbing.UnableAt(path.Root("id"), "read", "role template", id,
			fmt.Errorf("the tenant does not have this template: use one of %s", strings.Join(ids, ", "))))
		return
	}
	m.fromAPI(templates[i])
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}
