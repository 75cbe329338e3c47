package rights

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var _ datasource.DataSourceWithConfigure = (*accessCatalogDataSource)(nil)

type accessCatalogDataSource struct {
	plumbing.DataSource
}

// NewAccessCatalogDataSource returns the data source iam_access_catalog.
func NewAccessCatalogDataSource() datasource.DataSource {
	return &accessCatalogDataSource{plumbing.DataSource{Name: "access_catalog"}}
}

// accessCatalogModel is the state of the data source iam_access_catalog.
type accessCatalogModel struct {
	Categories   types.List `tfsdk:"categories"`
	Levels       types.Map  `tfsdk:"levels"`
	Entities     types.List `tfsdk:"entities"`
	Dependencies types.List `tfsdk:"dependencies"`
}

// entityModel is one entity of the catalog.
type entityModel struct {
	Code             types.String `tfsdk:"code"`
	Label            types.String `tfsdk:"label"`
	Category         types.String `tfsdk:"category"`
	Product          types.String `tfsdk:"product"`
	Levels           types.List   `tfsdk:"levels"`
	Parent           types.String `tfsdk:"parent"`
	TiedTo           types.List   `tfsdk:"tied_to"`
	RestrictionAware types.Bool   `tfsdk:"restriction_aware"`
}

func (m *entityModel) fromCore(e access.Entity) {
	m.Code = types.StringValue(e.Code)
	m.Label = types.StringValue(e.Label)
	m.Category = types.StringValue(e.Category)
	m.Product = types.StringValue(string(e.Product))
	m.Levels = levelList(e.Product)
	m.Parent = plumbing.StringOrNull(e.Parent)
	m.TiedTo = plumbing.OrderedList(access.TiedEntities(e.Code))
	m.RestrictionAware = types.BoolValue(e.RestrictionAware)
}

// dependencyModel is what managing an entity also requires.
type dependencyModel struct {
	Entity types.String `tfsdk:"entity"`
	With   types.List   `tfsdk:"with"`
	Needs  types.Map    `tfsdk:"needs"`
	Note   types.String `tfsdk:"note"`
}

func (m *dependencyModel) fromCore(d access.Dependency) {
	needs := map[string]access.Level{}
	for _, n := range d.Needs {
		needs[n.Entity] = n.Level
	}
	m.Entity = types.StringValue(d.Entity)
	m.With = plumbing.OrderedList(d.With)
	m.Needs = plumbing.LevelMap(needs, false)
	m.Note = plumbing.StringOrNull(d.Note)
}

func dependencyAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"entity": schema.StringAttribute{MarkdownDescription: "Code of the entity that is managed.", Computed: true},
		"with":   schema.ListAttribute{MarkdownDescription: "Codes of further entities: the dependency applies to users who manage all of them. Usually empty.", ElementType: types.StringType, Computed: true},
		"needs":  schema.MapAttribute{MarkdownDescription: "Levels that are also required, by entity code.", ElementType: types.StringType, Computed: true},
		"note":   schema.StringAttribute{MarkdownDescription: "Purpose of the levels; usually null.", Computed: true},
	}
}

// levelList lists the levels of a product, lowest first.
func levelList(p access.Product) types.List {
	var names []string
	for _, level := range p.Levels() {
		names = append(names, level.String())
	}
	return plumbing.OrderedList(names)
}

func entityAttributes() map[string]schema.Attribute {
	text := func(about string) schema.Attribute {
		return schema.StringAttribute{MarkdownDescription: about, Computed: true}
	}
	list := func(about string) schema.Attribute {
		return schema.ListAttribute{MarkdownDescription: about, ElementType: types.StringType, Computed: true}
	}
	return map[string]schema.Attribute{
		"code":              text("Code of the entity, as used in `access`, such as `orders`."),
		"label":             text("Name of the entity."),
		"category":          text("Category of the entity."),
		"product":           text("`commerce_engine` or `orchestration_engine`."),
		"levels":            list("Levels of the entity, lowest first; each includes the lower ones."),
		"parent":            text("Code of the entity whose level this one takes unless a group sets it; usually null."),
		"tied_to":           list("Codes of the entities that get at least the level set for this one, unless a group sets them; usually empty."),
		"restriction_aware": schema.BoolAttribute{MarkdownDescription: "Whether the restrictions of a group limit which records of the entity its members see.", Computed: true},
	}
}

func (d *accessCatalogDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The access catalog: every entity with its levels and what follows from them. The same for every tenant; no request is made.",
		Attributes: map[string]schema.Attribute{
			"categories": schema.ListAttribute{MarkdownDescription: "The categories of the entities, in the order of the catalog.", ElementType: types.StringType, Computed: true},
			"levels": schema.MapAttribute{
				MarkdownDescription: "Levels by product, lowest first.",
				ElementType:         types.ListType{ElemType: types.StringType},
				Computed:            true,
			},
			"entities": schema.ListNestedAttribute{
				MarkdownDescription: "The entities: those of the Commerce Engine with their own view, then those derived from them, then those of the Orchestration Engine.",
				Computed:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: entityAttributes()},
			},
			"dependencies": schema.ListNestedAttribute{
				MarkdownDescription: "What managing an entity requires in practice besides the level on it, in the order of the catalog. Missing dependencies do not deny access; the function `missing_dependencies` returns those that an access does not meet.",
				Computed:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: dependencyAttributes()},
			},
		},
	}
}

func (d *accessCatalogDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	var models []entityModel
	var categories []string
	seen := map[string]bool{}
	for _, e := range access.Entities() {
		var m entityModel
		m.fromCore(e)
		models = append(models, m)
		if !seen[e.Category] {
			seen[e.Category] = true
			categories = append(categories, e.Category)
		}
	}
	entities, diags := types.ListValueFrom(ctx, schema.NestedAttributeObject{Attributes: entityAttributes()}.Type(), models)
	resp.Diagnostics.Append(diags...)
	var needed []dependencyModel
	for _, dependency := range access.Dependencies() {
		var m dependencyModel
		m.fromCore(dependency)
		needed = append(needed, m)
	}
	dependencies, diags := types.ListValueFrom(ctx, schema.NestedAttributeObject{Attributes: dependencyAttributes()}.Type(), needed)
	resp.Diagnostics.Append(diags...)
	levels := map[string]attr.Value{}
	for _, p := range access.AllProducts() {
		levels[string(p)] = levelList(p)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, accessCatalogModel{
		Categories:   plumbing.OrderedList(categories),
		Levels:       types.MapValueMust(types.ListType{ElemType: types.StringType}, levels),
		Entities:     entities,
		Dependencies: dependencies,
	})...)
}
