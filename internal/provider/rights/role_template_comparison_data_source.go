package rights

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var _ datasource.DataSourceWithConfigure = (*roleTemplateComparisonDataSource)(nil)

type roleTemplateComparisonDataSource struct {
	plumbing.DataSource
}

// NewRoleTemplateComparisonDataSource returns the data source
// iam_role_template_comparison.
func NewRoleTemplateComparisonDataSource() datasource.DataSource {
	return &roleTemplateComparisonDataSource{plumbing.DataSource{Name: "role_template_comparison"}}
}

// comparisonModel is the state of the data source iam_role_template_comparison.
type comparisonModel struct {
	Templates types.List `tfsdk:"templates"`
	Rows      types.List `tfsdk:"rows"`
}

// comparisonRowModel is the levels of the templates on one entity.
type comparisonRowModel struct {
	Category    types.String `tfsdk:"category"`
	Entity      types.String `tfsdk:"entity"`
	EntityLabel types.String `tfsdk:"entity_label"`
	Levels      types.Map    `tfsdk:"levels"`
}

func comparisonRowAttributes() map[string]schema.Attribute {
	text := func(about string) schema.Attribute {
		return schema.StringAttribute{MarkdownDescription: about, Computed: true}
	}
	return map[string]schema.Attribute{
		"category":     text("Category of the entity."),
		"entity":       text("Code of the entity, such as `orders`."),
		"entity_label": text("Name of the entity."),
		"levels":       schema.MapAttribute{MarkdownDescription: "Level by id of the template; `none` if it gives no access.", ElementType: types.StringType, Computed: true},
	}
}

func (d *roleTemplateComparisonDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Compares role templates: the levels of each, by entity.",
		Attributes: map[string]schema.Attribute{
			"templates": schema.ListAttribute{
				MarkdownDescription: "Ids of the templates to compare, predefined ones or the tenant's own. Defaults to the predefined ones of the Commerce Engine.",
				ElementType:         types.StringType,
				Optional:            true,
				Computed:            true,
				Validators:          []validator.List{listvalidator.SizeAtLeast(1), listvalidator.UniqueValues(), listvalidator.ValueStringsAre(plumbing.NotEmpty())},
			},
			"rows": schema.ListNestedAttribute{
				MarkdownDescription: "One row for each entity, in the order of the catalog: those of the Commerce Engine with their own view, " +
					"and others for which a compared template gives more or less than the derived level.",
				Computed:     true,
				NestedObject: schema.NestedAttributeObject{Attributes: comparisonRowAttributes()},
			},
		},
	}
}

func (d *roleTemplateComparisonDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m comparisonModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	var ids []string
	if m.Templates.IsNull() {
		for _, t := range access.Templates() {
			if slices.Contains(t.Access.Products(), access.CommerceEngine) {
				ids = append(ids, t.ID)
			}
		}
	} else {
		resp.Diagnostics.Append(m.Templates.ElementsAs(ctx, &ids, false)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	gives := d.read(ctx, ids, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	var models []comparisonRowModel
	for _, e := range access.ComparedEntities(gives) {
		levels := map[string]attr.Value{}
		for i, id := range ids {
			levels[id] = types.StringValue(gives[i].Of(e.Code).String())
		}
		models = append(models, comparisonRowModel{
			Category: types.StringValue(e.Category), Entity: types.StringValue(e.Code), EntityLabel: types.StringValue(e.Label),
			Levels: types.MapValueMust(types.StringType, levels),
		})
	}
	rows, diags := types.ListValueFrom(ctx, schema.NestedAttributeObject{Attributes: comparisonRowAttributes()}.Type(), models)
	resp.Diagnostics.Append(diags...)
	resp.Diagnostics.Append(resp.State.Set(ctx, comparisonModel{Templates: plumbing.OrderedList(ids), Rows: rows})...)
}

// read returns what each template gives. Predefined templates are the same in
// every tenant; others are read from the tenant.
func (d *roleTemplateComparisonDataSource) read(ctx context.Context, ids []string, diags *diag.Diagnostics) []access.Access {
	gives := make([]access.Access, len(ids))
	for i, id := range ids {
		if known, ok := access.TemplateByID(id); ok {
			gives[i] = access.Expand(known.Access, nil)
			continue
		}
		at := path.Root("templates").AtListIndex(i)
		if !d.Ready(diags) {
			return nil
		}
		tenant, err := d.Templates(ctx)
		if err != nil {
			diags.Append(plumbing.UnableAt(at, "read", "role template", id, err))
			return nil
		}
		found := slices.IndexFunc(tenant, func(t api.Template) bool { return t.ID == id })
		if found < 0 {
			diags.Append(plumbing.UnableAt(at, "read", "role template", id, fmt.Errorf("the tenant does not have this template: the data source iam_role_templates lists them")))
			continue
		}
		gives[i] = tenant[found].Levels()
	}
	return gives
}
