package directory

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/action"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var (
	_ action.ActionWithConfigure        = (*resendInvitationAction)(nil)
	_ action.ActionWithConfigValidators = (*resendInvitationAction)(nil)
	_ action.ActionWithModifyPlan       = (*resendInvitationAction)(nil)
)

type resendInvitationAction struct {
	plumbing.PersonAction
}

// NewResendInvitationAction returns the action iam_resend_invitation.
func NewResendInvitationAction() action.Action {
	return &resendInvitationAction{plumbing.PersonAction{
		Action: plumbing.Action{Name: "resend_invitation"},
		About: "Sends an invitation again, even if it has expired. It can then be accepted for seven more days. " +
			"Requires Terraform 1.14 and the reference backend, as the public API does not show invitations.",
		ID:         "invitation_id",
		AboutID:    "Id of the invitation, as in the data source `iam_invitations`.",
		AboutEmail: "E-mail address of the person to remind (case-insensitive). Every invitation to it that was not accepted yet is sent again, both as a user and as a team member.",
	}}
}

// ModifyPlan checks that there is an invitation to send again, unless the plan invites
// the person.
func (a *resendInvitationAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	to, ok := a.ReadPlannedTarget(ctx, req.Config, &resp.Diagnostics)
	if !ok {
		return
	}
	var err error
	if to.ID != "" {
		err = a.stillOpen(ctx, to.ID)
	} else if !a.Keys.Holds(plumbing.User(to.Email)) && !a.Keys.Holds(plumbing.TeamMember(to.Email)) {
		_, err = a.open(ctx, to.Email)
	}
	if err != nil {
		resp.Diagnostics.Append(plumbing.UnableAt(to.At, "resend", "invitation", a.to(to), err))
	}
}

var errAccepted = errors.New("the invitation was already accepted")

// stillOpen refuses an invitation that was accepted, as the API does.
func (a *resendInvitationAction) stillOpen(ctx context.Context, id string) error {
	invitation, err := a.Client.Invitation(ctx, id)
	if err == nil && invitation.Status == api.InvitationAccepted {
		return errAccepted
	}
	return err
}

// to names the invitations in a message.
func (a *resendInvitationAction) to(c plumbing.ActionTarget) string {
	if c.ID != "" {
		return c.ID
	}
	return "to " + c.Email
}

func (a *resendInvitationAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	to, ok := a.ReadTarget(ctx, req.Config, &resp.Diagnostics)
	if !ok {
		return
	}
	ids := []string{to.ID}
	if to.ID == "" {
		var err error
		if ids, err = a.open(ctx, to.Email); err != nil {
			resp.Diagnostics.Append(plumbing.UnableAt(to.At, "resend", "invitation", a.to(to), err))
			return
		}
	}
	for _, id := range ids {
		if err := a.Client.ResendInvitation(ctx, id); err != nil {
			resp.Diagnostics.Append(plumbing.UnableAt(to.At, "resend", "invitation", a.to(to), err))
			return
		}
		sent, err := a.Client.Invitation(ctx, id)
		if err != nil {
			plumbing.Progress(resp, "invitation %s was sent again", id)
			continue
		}
		plumbing.Progress(resp, "the invitation of %s as a %s was sent again and can be accepted until %s", sent.Email, invitedAs(*sent), sent.ExpiresAt)
	}
}

// open returns the ids of the invitations to the address that were not
// accepted.
func (a *resendInvitationAction) open(ctx context.Context, email string) ([]string, error) {
	all, err := a.Client.Invitations(ctx)
	if err != nil {
		return nil, err
	}
	plumbing.SortByCreation(all, func(i api.Invitation) (string, string) { return i.CreatedAt, i.ID })
	var ids []string
	accepted := false
	for _, i := range all {
		switch {
		case !api.SameEmail(i.Email, email):
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
		return nil, fmt.Errorf("%s has already accepted every invitation", email)
	}
	return nil, fmt.Errorf("%s was not invited or needed no invitation: create an iam_user or iam_team_member, which sends one", email)
}

func invitedAs(i api.Invitation) string {
	if i.Kind == api.InvitationMember {
		return "team member"
	}
	return "user"
}
