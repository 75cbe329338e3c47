package directory

import (
	"cmp"
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var _ datasource.DataSourceWithConfigure = (*groupMembersDataSource)(nil)

type groupMembersDataSource struct {
	plumbing.DataSource
}

// NewGroupMembersDataSource returns the data source iam_group_members.
func NewGroupMembersDataSource() datasource.DataSource {
	return &groupMembersDataSource{plumbing.DataSource{Name: "group_members"}}
}

// groupMembersDataModel is the state of the data source iam_group_members.
type groupMembersDataModel struct {
	GroupID types.String  `tfsdk:"group_id"`
	Members []memberModel `tfsdk:"members"`
}

// memberModel is one member of a group.
type memberModel struct {
	UserID    types.String `tfsdk:"user_id"`
	UserType  types.String `tfsdk:"user_type"`
	Email     types.String `tfsdk:"email"`
	FirstName types.String `tfsdk:"first_name"`
	LastName  types.String `tfsdk:"last_name"`
}

func (d *groupMembersDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	of := func(about string) schema.Attribute {
		return schema.StringAttribute{MarkdownDescription: about, Computed: true}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads the members of a group, sorted by e-mail address, then id. It is an error if the group does not exist.",
		Attributes: map[string]schema.Attribute{
			"group_id": schema.StringAttribute{
				MarkdownDescription: "Id of the group, which may be predefined.",
				Required:            true,
				Validators:          []validator.String{plumbing.NotEmpty()},
			},
			"members": schema.ListNestedAttribute{
				MarkdownDescription: "The members.",
				Computed:            true,
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"user_id":    of("Id of the user, or number of the customer."),
					"user_type":  of("`EMPLOYEE` or `CUSTOMER`."),
					"email":      of("E-mail address; null for customers, which another service manages."),
					"first_name": of("First name; null for customers."),
					"last_name":  of("Last name; null for customers."),
				}},
			},
		},
	}
}

func (d *groupMembersDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m groupMembersDataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() || !d.Ready(&resp.Diagnostics) {
		return
	}
	group := m.GroupID.ValueString()
	assignments, err := d.Client.Members(ctx, group)
	if err != nil {
		resp.Diagnostics.Append(plumbing.UnableAt(path.Root("group_id"), "list", "members of group", group, err))
		return
	}
	users, err := d.employees(ctx, group, assignments)
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("list", "users", "of the tenant", err))
		return
	}
	m.Members = make([]memberModel, len(assignments))
	for i, a := range assignments {
		user := users[a.UserID] // empty for a customer
		m.Members[i] = memberModel{
			UserID: types.StringValue(a.UserID), UserType: types.StringValue(string(a.UserType)),
			Email: plumbing.StringOrNull(user.ContactEmail), FirstName: plumbing.StringOrNull(user.FirstName), LastName: plumbing.StringOrNull(user.LastName),
		}
	}
	slices.SortFunc(m.Members, func(a, b memberModel) int { // the API guarantees no order
		return cmp.Or(cmp.Compare(a.Email.ValueString(), b.Email.ValueString()), cmp.Compare(a.UserID.ValueString(), b.UserID.ValueString()))
	})
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

// employees returns the tenant's users by id, if there is an employee among the
// members.
func (d *groupMembersDataSource) employees(ctx context.Context, group string, members []api.Assignment) (map[string]api.User, error) {
	byID := map[string]api.User{}
	if len(members) == 0 || members[0].UserType == access.Customer { // all are of the group's type
		return byID, nil
	}
	users, err := d.Client.ReadUsers(ctx, "data.iam_group_members "+group)
	for _, u := range users {
		byID[u.ID] = u
	}
	return byID, err
}
