package team

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var _ datasource.DataSourceWithConfigure = (*teamDataSource)(nil)

type teamDataSource struct {
	plumbing.DataSource
}

// NewTeamDataSource returns the data source iam_team.
func NewTeamDataSource() datasource.DataSource {
	return &teamDataSource{plumbing.DataSource{Name: "team"}}
}

// teamModel is the state of the data source iam_team.
type teamModel struct {
	Role       types.String      `tfsdk:"role"`
	Status     types.String      `tfsdk:"status"`
	OwnerID    types.String      `tfsdk:"owner_id"`
	OwnerEmail types.String      `tfsdk:"owner_email"`
	Members    []memberDataModel `tfsdk:"members"`
}

// memberDataModel is one member of the team.
type memberDataModel struct {
	ID       types.String            `tfsdk:"id"`
	Email    types.String            `tfsdk:"email"`
	Role     types.String            `tfsdk:"role"`
	Status   types.String            `tfsdk:"status"`
	JoinedAt types.String            `tfsdk:"joined_at"`
	Products map[string]types.String `tfsdk:"products"`
}

func (d *teamDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	of := func(about string) schema.Attribute {
		return schema.StringAttribute{MarkdownDescription: about, Computed: true}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "The tenant's team: all members, or those that match every filter, in the order of their invitation. " +
			"Needs the reference backend: the public API has no teams.",
		Attributes: map[string]schema.Attribute{
			"role": schema.StringAttribute{
				MarkdownDescription: "Only members with this role: `owner`, `admin`, `member` or `billing_contact`.",
				Optional:            true,
				Validators: []validator.String{stringvalidator.OneOf(
					string(access.RoleOwner), string(access.RoleAdmin), string(access.RoleMember), string(access.RoleBillingContact),
				)},
			},
			"status": schema.StringAttribute{
				MarkdownDescription: "Only members with this status: `invited` or `active`.",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.OneOf(string(api.MemberInvited), string(api.MemberActive))},
			},
			"owner_id":    of("Id of the Owner, regardless of filters."),
			"owner_email": of("E-mail address of the Owner."),
			"members": schema.ListNestedAttribute{
				MarkdownDescription: "The members.",
				Computed:            true,
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"id":        of("Id of the account; same as the id of the `iam_user` with this e-mail address, if it exists."),
					"email":     of("E-mail address."),
					"role":      of("`owner`, `admin`, `member` or `billing_contact`."),
					"status":    of("`invited` or `active`."),
					"joined_at": of("When the member joined the team (RFC 3339); null while invited."),
					"products": schema.MapAttribute{
						MarkdownDescription: "Products that the member holds, each with the role in it, or an empty string if the product has no roles.",
						ElementType:         types.StringType,
						Computed:            true,
					},
				}},
			},
		},
	}
}

func (d *teamDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m teamModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() || !d.Ready(&resp.Diagnostics) {
		return
	}
	members, err := d.Client.TeamMembers(ctx)
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("read", "team", "of the tenant", err))
		return
	}
	plumbing.SortByCreation(members, func(m api.TeamMember) (string, string) { return m.CreatedAt, m.ID })
	m.Members = []memberDataModel{}
	for _, member := range members {
		if member.Role == access.RoleOwner {
			m.OwnerID, m.OwnerEmail = types.StringValue(member.ID), types.StringValue(member.Email)
		}
		if (m.Role.IsNull() || m.Role.ValueString() == string(member.Role)) && (m.Status.IsNull() || m.Status.ValueString() == string(member.Status)) {
			m.Members = append(m.Members, newMemberDataModel(member))
		}
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

func newMemberDataModel(member api.TeamMember) memberDataModel {
	m := memberDataModel{
		ID: types.StringValue(member.ID), Email: types.StringValue(member.Email), Role: types.StringValue(string(member.Role)),
		Status: types.StringValue(string(member.Status)), JoinedAt: plumbing.StringOrNull(member.JoinedAt), Products: map[string]types.String{},
	}
	for _, held := range member.Products {
		m.Products[held.Product] = types.StringValue(held.Role)
	}
	return m
}
