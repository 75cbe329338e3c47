package directory

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var (
	_ datasource.DataSourceWithConfigure        = (*groupDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*groupDataSource)(nil)
)

type groupDataSource struct {
	plumbing.DataSource
}

// NewGroupDataSource returns the data source iam_group.
func NewGroupDataSource() datasource.DataSource {
	return &groupDataSource{plumbing.DataSource{Name: "group"}}
}

// groupFields are the attributes of one group in data sources.
type groupFields struct {
	ID                types.String `tfsdk:"id"`
	Code              types.String `tfsdk:"code"`
	Description       types.Map    `tfsdk:"description"`
	UserType          types.String `tfsdk:"user_type"`
	VendorID          types.String `tfsdk:"vendor_id"`
	LegalEntityID     types.String `tfsdk:"legal_entity_id"`
	Restrictions      types.List   `tfsdk:"restrictions"`
	AccessControlIDs  types.List   `tfsdk:"access_control_ids"`
	TemplateIDs       types.List   `tfsdk:"template_ids"`
	Product           types.String `tfsdk:"product"`
	RoleTemplate      types.String `tfsdk:"role_template"`
	EffectiveAccess   types.Map    `tfsdk:"effective_access"`
	PartialAccess     types.Map    `tfsdk:"partial_access"`
	UnmetDependencies types.Map    `tfsdk:"unmet_dependencies"`
}

func (m *groupFields) fromAPI(g api.Group, rights access.Rights) {
	m.ID = types.StringValue(g.ID)
	m.Code = plumbing.StringOrNull(g.Code)
	m.Description = plumbing.TextMap(g.Description)
	m.UserType = types.StringValue(string(g.UserType))
	m.VendorID = plumbing.StringOrNull(g.VendorID)
	m.LegalEntityID = types.StringNull()
	if g.B2B != nil {
		m.LegalEntityID = plumbing.StringOrNull(g.B2B.LegalEntityID)
	}
	m.Restrictions = plumbing.StringList(g.Restrictions)
	m.AccessControlIDs = plumbing.StringList(g.AccessControls)
	m.TemplateIDs = plumbing.StringList(g.Templates)
	group := client.AccessGroup(g)
	group.Templates = slices.Sorted(slices.Values(group.Templates)) // the API's order is no order
	m.RoleTemplate, m.Product = plumbing.StringOrNull(roleOf(group, rights)), types.StringNull()
	if products := rights.Products(group); len(products) == 1 {
		m.Product = types.StringValue(string(products[0]))
	}
	effective := rights.Access(group)
	m.UnmetDependencies = plumbing.UnmetDependencies(effective)
	if m.RoleTemplate.ValueString() == access.VendorRole {
		effective = rights.VendorAccess(group)
	}
	m.EffectiveAccess = plumbing.LevelMap(effective.Map(), false)
	m.PartialAccess = plumbing.LevelMap(rights.Partial(group).Map(), false)
}

// groupAttributes describe the computed attributes of a group, except its name.
func groupAttributes() map[string]schema.Attribute {
	list := func(about string) schema.Attribute {
		return schema.ListAttribute{MarkdownDescription: about, ElementType: types.StringType, Computed: true}
	}
	text := func(about string) schema.Attribute {
		return schema.StringAttribute{MarkdownDescription: about, Computed: true}
	}
	return map[string]schema.Attribute{
		"id":                 text("Id of the group."),
		"code":               text("Code of a predefined group; null for all others."),
		"description":        schema.MapAttribute{MarkdownDescription: "Description by language.", ElementType: types.StringType, Computed: true},
		"user_type":          text("`EMPLOYEE` or `CUSTOMER`."),
		"vendor_id":          text("Id of the vendor that the group belongs to, if any."),
		"legal_entity_id":    text("Id of the company that a group of customers belongs to, if any."),
		"restrictions":       list("Restriction values that limit which records members see; empty means every record."),
		"access_control_ids": list("Ids of the access controls of the group itself."),
		"template_ids":       list("Ids of the role templates that the group refers to."),
		"product":            text("Product that the group is for: `commerce_engine` or `orchestration_engine`. Null for a group without access, and for one with access to both."),
		"role_template":      text("Role of the group: the role template that it refers to or whose access it has exactly, or `vendor` for a group whose access is to its vendor's own records. Null if there is none."),
		"effective_access":   schema.MapAttribute{MarkdownDescription: "Access of the members: the level by entity. For a group with the role `vendor`, on the vendor's own records. Entities without access are omitted.", ElementType: types.StringType, Computed: true},
		"partial_access":     schema.MapAttribute{MarkdownDescription: partialAccessText, ElementType: types.StringType, Computed: true},
		"unmet_dependencies": schema.MapAttribute{MarkdownDescription: "Dependencies that the group alone does not meet: for each entity that it manages and that in practice needs levels on other entities, the levels to add.", ElementType: types.StringType, Computed: true},
	}
}

// groupDataModel is the state of the data source iam_group: name is an argument, names
// has the name in all languages.
type groupDataModel struct {
	groupFields
	Name     types.String `tfsdk:"name"`
	Language types.String `tfsdk:"language"`
	Names    types.Map    `tfsdk:"names"`
}

func (d *groupDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := groupAttributes()
	attributes["id"] = schema.StringAttribute{MarkdownDescription: "Id of the group. Set exactly one of `id`, `code` and `name`.", Optional: true, Computed: true}
	attributes["code"] = schema.StringAttribute{MarkdownDescription: "Code of a predefined group, such as `BO_MANAGER`. Set exactly one of `id`, `code` and `name`.", Optional: true, Computed: true}
	attributes["name"] = schema.StringAttribute{MarkdownDescription: "Name of the group in `language`. Set exactly one of `id`, `code` and `name`. A name that several groups have is an error.", Optional: true}
	attributes["language"] = schema.StringAttribute{
		MarkdownDescription: "Language of `name`. Defaults to `en`.",
		Optional:            true,
		Validators:          []validator.String{stringvalidator.AlsoRequires(path.MatchRoot("name"))},
	}
	attributes["names"] = schema.MapAttribute{MarkdownDescription: "Name by language.", ElementType: types.StringType, Computed: true}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads a group by id, code or name. It is an error if the group does not exist.",
		Attributes:          attributes,
	}
}

func (d *groupDataSource) ConfigValidators(ctx context.Context) []datasource.ConfigValidator {
	return append(d.DataSource.ConfigValidators(ctx), datasourcevalidator.ExactlyOneOf(path.MatchRoot("id"), path.MatchRoot("code"), path.MatchRoot("name")))
}

func (d *groupDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m groupDataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() || !d.Ready(&resp.Diagnostics) {
		return
	}
	group, at, err := d.find(ctx, m)
	if err != nil {
		resp.Diagnostics.Append(plumbing.UnableAt(at, "read", "group", m.key(), err))
		return
	}
	tenant, err := d.PresentRights(ctx)
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("read", "role templates and access controls", "of the tenant", err))
		return
	}
	m.fromAPI(*group, tenant.Rights)
	m.Names = plumbing.TextMap(group.Name)
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

func (m groupDataModel) key() string {
	return m.ID.ValueString() + m.Code.ValueString() + m.Name.ValueString()
}

// find returns the group that the configuration names, and the attribute that names
// it.
func (d *groupDataSource) find(ctx context.Context, m groupDataModel) (*api.Group, path.Path, error) {
	if !m.ID.IsNull() {
		g, err := d.Client.Group(ctx, m.ID.ValueString())
		return g, path.Root("id"), err
	}
	language := m.Language.ValueString()
	if language == "" {
		language = "en"
	}
	at, wanted := path.Root("code"), func(g api.Group) bool { return g.Code == m.Code.ValueString() }
	if !m.Name.IsNull() {
		at, wanted = path.Root("name"), func(g api.Group) bool { return g.Name[language] == m.Name.ValueString() }
	}
	groups, err := d.Client.Groups(ctx)
	if err != nil {
		return nil, at, err
	}
	groups = slices.DeleteFunc(groups, func(g api.Group) bool { return !wanted(g) })
	switch len(groups) {
	case 0:
		return nil, at, errors.New("the group does not exist: the data source iam_groups lists the groups of the tenant")
	case 1:
		return &groups[0], at, nil
	}
	ids := make([]string, len(groups))
	for i, g := range groups {
		ids[i] = g.ID
	}
	slices.Sort(ids)
	return nil, at, fmt.Errorf("%d groups have this name: use one of the ids %v", len(groups), ids)
}

// groupListModel is one group in a list.
type groupListModel struct {
	groupFields
	Name types.Map `tfsdk:"name"`
}

// groupListAttributes describe one group in a list.
func groupListAttributes() map[string]schema.Attribute {
	attributes := groupAttributes()
	attributes["name"] = schema.MapAttribute{MarkdownDescription: "Name by language.", ElementType: types.StringType, Computed: true}
	return attributes
}
