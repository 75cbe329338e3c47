package makesync

import (
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var _ datasource.DataSourceWithConfigure = (*membersDataSource)(nil)

type membersDataSource struct {
	plumbing.DataSource
}

// NewMakeMembersDataSource returns the data source iam_make_members.
func NewMakeMembersDataSource() datasource.DataSource {
	return &membersDataSource{plumbing.DataSource{Name: "make_members"}}
}

// membersModel is the state of the data source iam_make_members.
type membersModel struct {
	Status  types.String  `tfsdk:"status"`
	Members []memberModel `tfsdk:"members"`
}

// memberModel is a user that the sync knows.
type memberModel struct {
	UserID    types.String `tfsdk:"user_id"`
	Email     types.String `tfsdk:"email"`
	Status    types.String `tfsdk:"status"`
	Present   types.Bool   `tfsdk:"present"`
	Roles     types.List   `tfsdk:"roles"`
	Pending   types.String `tfsdk:"pending"`
	LastError types.String `tfsdk:"last_error"`
}

func (m *memberModel) fromAPI(member api.MakeMember) {
	m.UserID = types.StringValue(member.UserID)
	m.Email = types.StringValue(member.Email)
	m.Status = types.StringValue(string(member.Status))
	m.Present = types.BoolValue(member.Present)
	m.Roles = plumbing.StringList(member.Roles)
	m.Pending = plumbing.StringOrNull(member.Pending)
	m.LastError = plumbing.StringOrNull(member.LastError)
}

func (d *membersDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	of := func(about string) schema.Attribute {
		return schema.StringAttribute{MarkdownDescription: about, Computed: true}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Members of the tenant's Make organization (`iam_make_organization`) with their status: all users that the sync knows, or those with one status, ordered by e-mail address. " +
			"Reading waits for up to 20 seconds until the sync has tried the latest changes. If Make does not answer, the changes stay `pending`. " +
			"Needs the reference backend: the public API has no Make organizations.",
		Attributes: map[string]schema.Attribute{
			"status": schema.StringAttribute{
				MarkdownDescription: "Only members with this status: `synced`, `pending` or `stale`.",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.OneOf(string(api.MakeSynced), string(api.MakePending), string(api.MakeStale))},
			},
			"members": schema.ListNestedAttribute{
				MarkdownDescription: "The members.",
				Computed:            true,
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"user_id":    of("Id of the user, who may have left the tenant."),
					"email":      of("E-mail address."),
					"status":     of("`synced` (has the roles and is a member), `pending` (a change is not done yet) or `stale` (is a member and has lost the roles)."),
					"present":    schema.BoolAttribute{MarkdownDescription: "Whether the user is a member of the organization.", Computed: true},
					"roles":      schema.ListAttribute{MarkdownDescription: "Roles in Make that the user's groups give, sorted: `integromat.app_developer`, `integromat.scenario_edit`, `member` and `owner`.", ElementType: types.StringType, Computed: true},
					"pending":    of("The change that is not done yet; null if there is none."),
					"last_error": of("Make's answer to the last attempt; null if it succeeded."),
				}},
			},
		},
	}
}

func (d *membersDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m membersModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() || !d.Ready(&resp.Diagnostics) {
		return
	}
	members, err := d.Client.WaitForMakeMembers(ctx)
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("read", "Make members", "of the tenant", err))
		return
	}
	slices.SortStableFunc(members, func(a, b api.MakeMember) int {
		return strings.Compare(strings.ToLower(a.Email), strings.ToLower(b.Email))
	})
	m.Members = []memberModel{}
	for _, member := range members {
		if m.Status.IsNull() || m.Status.ValueString() == string(member.Status) {
			var model memberModel
			model.fromAPI(member)
			m.Members = append(m.Members, model)
		}
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}
