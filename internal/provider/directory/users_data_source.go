package directory

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var _ datasource.DataSourceWithConfigure = (*usersDataSource)(nil)

type usersDataSource struct {
	plumbing.DataSource
}

// NewUsersDataSource returns the data source iam_users.
func NewUsersDataSource() datasource.DataSource {
	return &usersDataSource{plumbing.DataSource{Name: "users"}}
}

// usersModel is the state of the data source iam_users.
type usersModel struct {
	userFilter
	Sort  []types.String `tfsdk:"sort"`
	Users types.List     `tfsdk:"users"`
}

// userFilter selects users.
type userFilter struct {
	FirstName  types.String `tfsdk:"first_name"`
	LastName   types.String `tfsdk:"last_name"`
	Email      types.String `tfsdk:"email"`
	Department types.String `tfsdk:"department"`
	Status     types.String `tfsdk:"status"`
	GroupID    types.String `tfsdk:"group_id"`

	FirstNameContains  types.String `tfsdk:"first_name_contains"`
	LastNameContains   types.String `tfsdk:"last_name_contains"`
	EmailContains      types.String `tfsdk:"email_contains"`
	DepartmentContains types.String `tfsdk:"department_contains"`
}

// userFilters describe the attributes of userFilter that hold a text.
var userFilters = map[string]string{
	"first_name":          "Only users with this first name (case-insensitive).",
	"last_name":           "Only users with this last name (case-insensitive).",
	"email":               "Only users with this e-mail address (case-insensitive).",
	"department":          "Only users with this department (case-insensitive).",
	"first_name_contains": "Only users with this text in their first name (case-insensitive).",
	"last_name_contains":  "Only users with this text in their last name (case-insensitive).",
	"email_contains":      "Only users with this text in their e-mail address (case-insensitive), such as `@acme.example`.",
	"department_contains": "Only users with this text in their department (case-insensitive).",
}

// userFields are the fields by which users can be filtered and sorted.
var userFields = map[string]func(api.User) string{
	"first_name": func(u api.User) string { return u.FirstName },
	"last_name":  func(u api.User) string { return u.LastName },
	"email":      func(u api.User) string { return u.ContactEmail },
	"department": func(u api.User) string { return u.Department },
	"status":     func(u api.User) string { return string(u.Status) },
}

func (d *usersDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the tenant's users: all of them, or those that match every given filter. The list is empty if none match.",
		Attributes: map[string]schema.Attribute{
			"status": schema.StringAttribute{
				MarkdownDescription: "Only users with this status: `PROVISIONED`, `ACTIVE` or `INACTIVE` (case-insensitive).",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.OneOfCaseInsensitive(string(api.UserProvisioned), string(api.UserActive), string(api.UserInactive))},
			},
			"group_id": schema.StringAttribute{MarkdownDescription: "Only members of the group with this id.", Optional: true},
			"sort": schema.ListAttribute{
				MarkdownDescription: "Fields to sort by: " + strings.Join(plumbing.SortedKeys(userFields), ", ") + ", each optionally with `:desc`. Users are sorted by creation if omitted.",
				ElementType:         types.StringType,
				Optional:            true,
				Validators:          []validator.List{listvalidator.ValueStringsAre(stringvalidator.OneOf(sortChoices(plumbing.SortedKeys(userFields))...))},
			},
			"users": schema.ListNestedAttribute{
				MarkdownDescription: "The users.",
				Computed:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: userAttributes()},
			},
		},
	}
	for name, about := range userFilters {
		resp.Schema.Attributes[name] = schema.StringAttribute{MarkdownDescription: about, Optional: true}
	}
}

// sortChoices returns the valid values of sort.
func sortChoices(fields []string) []string {
	var choices []string
	for _, f := range fields {
		choices = append(choices, f, f+":asc", f+":desc")
	}
	return choices
}

func (d *usersDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m usersModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() || !d.Ready(&resp.Diagnostics) {
		return
	}
	users, err := d.Client.Users(ctx)
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("list", "users", "of the tenant", err))
		return
	}
	users = slices.DeleteFunc(users, func(u api.User) bool { return !m.selects(u) })
	plumbing.SortByCreation(users, func(u api.User) (string, string) { return u.ValidFrom, u.ID })
	sortBy(users, m.Sort, userFields)
	models := make([]userDataModel, len(users))
	for i, u := range users {
		models[i].fromAPI(u)
	}
	list, diags := types.ListValueFrom(ctx, schema.NestedAttributeObject{Attributes: userAttributes()}.Type(), models)
	resp.Diagnostics.Append(diags...)
	m.Users = list
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

// selects reports whether the user matches every given filter.
func (m userFilter) selects(u api.User) bool {
	for _, f := range []struct {
		is         string
		whole, any types.String
	}{
		{u.FirstName, m.FirstName, m.FirstNameContains},
		{u.LastName, m.LastName, m.LastNameContains},
		{u.ContactEmail, m.Email, m.EmailContains},
		{u.Department, m.Department, m.DepartmentContains},
		{string(u.Status), m.Status, types.StringNull()},
	} {
		if !f.whole.IsNull() && !strings.EqualFold(f.is, f.whole.ValueString()) || !contains(f.is, f.any) {
			return false
		}
	}
	return m.GroupID.IsNull() || slices.Contains(u.GroupIDs, m.GroupID.ValueString())
}

// contains reports whether a text contains the one of a filter, ignoring case. A null
// filter accepts any.
func contains(text string, filter types.String) bool {
	return filter.IsNull() || strings.Contains(strings.ToLower(text), strings.ToLower(filter.ValueString()))
}

// sortBy sorts by fields given as "field" or "field:desc". It ignores case unless the
// texts differ in case only.
func sortBy[T any](items []T, order []types.String, fields map[string]func(T) string) {
	slices.SortStableFunc(items, func(a, b T) int {
		for _, o := range order {
			name, direction, _ := strings.Cut(o.ValueString(), ":")
			x, y := fields[name](a), fields[name](b)
			c := cmp.Or(strings.Compare(strings.ToLower(x), strings.ToLower(y)), strings.Compare(x, y))
			if direction == "desc" {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return 0
	})
}
