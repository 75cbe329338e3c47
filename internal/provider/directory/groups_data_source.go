package directory

import (
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var _ datasource.DataSourceWithConfigure = (*groupsDataSource)(nil)

type groupsDataSource struct {
	plumbing.DataSource
}

// NewGroupsDataSource returns the data source iam_groups.
func NewGroupsDataSource() datasource.DataSource {
	return &groupsDataSource{plumbing.DataSource{Name: "groups"}}
}

// groupsModel is the state of the data source iam_groups.
type groupsModel struct {
	nameFilter
	UserType types.String   `tfsdk:"user_type"`
	Sort     []types.String `tfsdk:"sort"`
	Language types.String   `tfsdk:"language"`
	Groups   types.List     `tfsdk:"groups"`
}

// nameFilter selects groups by their names.
type nameFilter struct {
	Name         types.String `tfsdk:"name"`
	NameContains types.String `tfsdk:"name_contains"`
}

// nameFilters describe the attributes of nameFilter.
var nameFilters = map[string]string{
	"name":          "Only groups with this name in one of its languages (case-insensitive).",
	"name_contains": "Only groups with this text in their name, in one of its languages (case-insensitive).",
}

// selects reports whether a name matches the filter in one of its languages.
func (f nameFilter) selects(name api.Text) bool {
	if f.Name.IsNull() && f.NameContains.IsNull() {
		return true
	}
	for _, text := range name {
		if (f.Name.IsNull() || strings.EqualFold(text, f.Name.ValueString())) && contains(text, f.NameContains) {
			return true
		}
	}
	return false
}

func (d *groupsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the tenant's groups, including predefined ones: all of them, or those that match every given filter. The list is empty if none match.",
		Attributes: map[string]schema.Attribute{
			"user_type": schema.StringAttribute{
				MarkdownDescription: "Only groups for `EMPLOYEE` or for `CUSTOMER`.",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.OneOf(string(access.Employee), string(access.Customer))},
			},
			"name":          schema.StringAttribute{MarkdownDescription: nameFilters["name"], Optional: true},
			"name_contains": schema.StringAttribute{MarkdownDescription: nameFilters["name_contains"], Optional: true},
			"sort": schema.ListAttribute{
				MarkdownDescription: "Fields to sort by: `name`, optionally with `:desc`. Groups with equal names, and all groups if omitted, are sorted by creation.",
				ElementType:         types.StringType,
				Optional:            true,
				Validators:          []validator.List{listvalidator.ValueStringsAre(stringvalidator.OneOf(sortChoices([]string{"name"})...))},
			},
			"language": schema.StringAttribute{
				MarkdownDescription: "Language of the names to sort by; the tenant's default language if omitted. A group without a name in it is sorted by its English name, else by its first one.",
				Optional:            true,
				Validators:          []validator.String{plumbing.ValidLanguage(), stringvalidator.AlsoRequires(path.MatchRoot("sort"))},
			},
			"groups": schema.ListNestedAttribute{
				MarkdownDescription: "The groups.",
				Computed:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: groupListAttributes()},
			},
		},
	}
}

func (d *groupsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m groupsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() || !d.Ready(&resp.Diagnostics) {
		return
	}
	groups, err := d.Client.Groups(ctx)
	var tenant plumbing.Rights
	if err == nil {
		tenant, err = d.PresentRights(ctx)
	}
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("list", "groups", "of the tenant", err))
		return
	}
	groups = slices.DeleteFunc(groups, func(g api.Group) bool {
		return !plumbing.Matches(m.UserType, string(g.UserType)) || !m.selects(g.Name)
	})
	plumbing.SortByCreation(groups, func(g api.Group) (string, string) { return g.Metadata.Created(), g.ID })
	if len(m.Sort) > 0 {
		language := m.Language.ValueString()
		if m.Language.IsNull() {
			language = d.DefaultLanguage(ctx)
		}
		sortBy(groups, m.Sort, map[string]func(api.Group) string{"name": func(g api.Group) string { return plumbing.TextIn(g.Name, language) }})
	}
	models := make([]groupListModel, len(groups))
	for i, g := range groups {
		models[i].fromAPI(g, tenant.Rights)
		models[i].Name = plumbing.TextMap(g.Name)
	}
	list, diags := types.ListValueFrom(ctx, schema.NestedAttributeObject{Attributes: groupListAttributes()}.Type(), models)
	resp.Diagnostics.Append(diags...)
	m.Groups = list
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}
