package directory

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/actionvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var (
	_ action.ActionWithConfigure        = (*resendInvitationAction)(nil)
	_ action.ActionWithConfigValidators = (*resendInvitationAction)(nil)
)

type resendInvitationAction struct {
	plumbing.Action
}

// NewResendInvitationAction returns the action iam_resend_invitation.
func NewResendInvitationAction() action.Action {
	return &resendInvitationAction{plumbing.Action{Name: "resend_invitation"}}
}

// resendInvitationModel is the configuration of the action
// iam_resend_invitation.
type resendInvitationModel struct {
	InvitationID types.String `tfsdk:"invitation_id"`
	Email        types.String `tfsdk:"email"`
}

func (a *resendInvitationAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Sends an invitation again, also one that has expired: it can then be accepted for seven more days. " +
			"Needs the reference backend, as the public API does not show invitations, and Terraform 1.14.",
		Attributes: map[string]schema.Attribute{
			"invitation_id": schema.StringAttribute{MarkdownDescription: "Id of the invitation, as in the data source `iam_invitations`. Give this or `email`.", Optional: true},
			"email": schema.StringAttribute{
				MarkdownDescription: "E-mail address of whom to remind, in any case: every invitation to it that was not accepted yet is sent again, as a user and as a member of the team. Give this or `invitation_id`.",
				Optional:            true,
				Validators:          []validator.String{plumbing.ValidEmail()},
			},
		},
	}
}

func (a *resendInvitationAction) ConfigValidators(context.Context) []action.ConfigValidator {
	return []action.ConfigValidator{actionvalidator.ExactlyOneOf(path.MatchRoot("invitation_id"), path.MatchRoot("email"))}
}

func (a *resendInvitationAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var m resendInvitationModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() || !a.Ready(&resp.Diagnostics) {
		return
	}
	at, named := path.Root("invitation_id"), m.InvitationID.ValueString()
	ids := []string{named}
	if m.InvitationID.IsNull() {
		at, named = path.Root("email"), m.Email.ValueString()
		var err error
		if ids, err = a.open(ctx, named); err != nil {
			resp.Diagnostics.Append(plumbing.UnableAt(at, "resend", "invitation", "to "+named, err))
			return
		}
	}
	for _, id := range ids {
		if err := a.Client.ResendInvitation(ctx, id); err != nil {
			resp.Diagnostics.Append(plumbing.UnableAt(at, "resend", "invitation", named, err))
			return
		}
		sent, err := a.Client.Invitation(ctx, id)
		if err != nil {
			plumbing.Progress(resp, "invitation %s was sent again", id)
			continue
		}
		plumbing.Progress(resp, "the invitation of %s as %s was sent again and can be accepted until %s", sent.Email, invitedAs(*sent), sent.ExpiresAt)
	}
}

// open returns the ids of the invitations to the address that were not
// accepted.
func (a *resendInvitationAction) open(ctx context.Context, email string) ([]string, error) {
	all, err := a.Client.Invitations(ctx)
	if err != nil {
		return nil, err
	}
	plumbing.ByCreation(all, func(i api.Invitation) (string, string) { return i.CreatedAt, i.ID })
	var ids []string
	accepted := false
	for _, i := range all {
		switch {
		case !strings.EqualFold(i.Email, email):
		case i.Status == api.InvitationAccepted:
			accepted = true
		default:
			ids = append(ids, i.ID)
		}
	}
	switch {
	case len(ids) > 0:
		return ids, nil
	case accepted:
		return nil, fmt.Errorf("%s has accepted every invitation: there is nothing to send again", email)
	}
	return nil, fmt.Errorf("%s was not invited, or needed no invitation: create an iam_user or iam_team_member, which invites", email)
}

func invitedAs(i api.Invitation) string {
	if i.Kind == api.InvitationMember {
		return "a member of the team"
	}
	return "a user"
}
