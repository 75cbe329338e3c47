package directory

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var _ datasource.DataSourceWithConfigure = (*invitationsDataSource)(nil)

type invitationsDataSource struct {
	plumbing.DataSource
}

// NewInvitationsDataSource returns the data source iam_invitations.
func NewInvitationsDataSource() datasource.DataSource {
	return &invitationsDataSource{plumbing.DataSource{Name: "invitations"}}
}

// invitationsModel is the state of the data source iam_invitations.
type invitationsModel struct {
	Status      types.String      `tfsdk:"status"`
	Email       types.String      `tfsdk:"email"`
	Invitations []invitationModel `tfsdk:"invitations"`
}

// invitationModel is one invitation.
type invitationModel struct {
	ID         types.String `tfsdk:"id"`
	Kind       types.String `tfsdk:"kind"`
	SubjectID  types.String `tfsdk:"subject_id"`
	Email      types.String `tfsdk:"email"`
	Status     types.String `tfsdk:"status"`
	SentCount  types.Int64  `tfsdk:"sent_count"`
	CreatedAt  types.String `tfsdk:"created_at"`
	ExpiresAt  types.String `tfsdk:"expires_at"`
	ResentAt   types.String `tfsdk:"resent_at"`
	SentAt     types.String `tfsdk:"sent_at"`
	LastError  types.String `tfsdk:"last_error"`
	AcceptedAt types.String `tfsdk:"accepted_at"`
}

func (d *invitationsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	of := func(about string) schema.Attribute {
		return schema.StringAttribute{MarkdownDescription: about, Computed: true}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the invitations of people without an account, as users or team members: all of them, or those that match every given filter, in the order in which they were created. " +
			"A person who is removed before accepting is no longer invited. Requires the reference backend: the public API does not show invitations.",
		Attributes: map[string]schema.Attribute{
			"status": schema.StringAttribute{
				MarkdownDescription: "Only invitations with this status: `pending`, `sent`, `accepted` or `expired`.",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.OneOf(string(api.InvitationPending), string(api.InvitationSent), string(api.InvitationAccepted), string(api.InvitationExpired))},
			},
			"email": schema.StringAttribute{MarkdownDescription: "Only invitations to this e-mail address (case-insensitive).", Optional: true},
			"invitations": schema.ListNestedAttribute{
				MarkdownDescription: "The invitations.",
				Computed:            true,
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"id":          of("Id of the invitation."),
					"kind":        of("`user`, or `member` for a team member."),
					"subject_id":  of("Id of the user or member."),
					"email":       of("E-mail address."),
					"status":      of("`pending` until a mail server accepts the e-mail, then `sent`; `accepted` or `expired` at the end. Without `serve --smtp`, an invitation stays `pending`."),
					"sent_count":  schema.Int64Attribute{MarkdownDescription: "1, and one more each time it is sent again, whether or not a mail server accepted it.", Computed: true},
					"created_at":  of("Time when it was created (RFC 3339)."),
					"expires_at":  of("Time until which it can be accepted, seven days after it was created or last sent again (RFC 3339)."),
					"resent_at":   of("Time when it was last sent again (RFC 3339); null if it was sent once."),
					"sent_at":     of("Time when a mail server last accepted the e-mail (RFC 3339); null while the status is `pending`."),
					"last_error":  of("Why no mail server has accepted the e-mail yet; null if none has refused it."),
					"accepted_at": of("Time when it was accepted (RFC 3339); null until then."),
				}},
			},
		},
	}
}

func (d *invitationsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m invitationsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() || !d.Ready(&resp.Diagnostics) {
		return
	}
	invitations, err := d.Client.Invitations(ctx)
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("list", "invitations", "of the tenant", err))
		return
	}
	plumbing.SortByCreation(invitations, func(i api.Invitation) (string, string) { return i.CreatedAt, i.ID })
	m.Invitations = []invitationModel{}
	for _, i := range invitations {
		if (m.Status.IsNull() || m.Status.ValueString() == string(i.Status)) && (m.Email.IsNull() || api.SameEmail(m.Email.ValueString(), i.Email)) {
			m.Invitations = append(m.Invitations, newInvitationModel(i))
		}
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

func newInvitationModel(i api.Invitation) invitationModel {
	return invitationModel{
		ID: types.StringValue(i.ID), Kind: types.StringValue(string(i.Kind)), SubjectID: types.StringValue(i.SubjectID), Email: types.StringValue(i.Email),
		Status: types.StringValue(string(i.Status)), SentCount: types.Int64Value(int64(i.SentCount)), CreatedAt: types.StringValue(i.CreatedAt),
		ExpiresAt: types.StringValue(i.ExpiresAt), ResentAt: plumbing.StringOrNull(i.ResentAt), SentAt: plumbing.StringOrNull(i.SentAt), LastError: plumbing.StringOrNull(i.LastError), AcceptedAt: plumbing.StringOrNull(i.AcceptedAt),
	}
}
