package team

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var (
	_ action.ActionWithConfigure        = (*transferOwnerAction)(nil)
	_ action.ActionWithConfigValidators = (*transferOwnerAction)(nil)
	_ action.ActionWithModifyPlan       = (*transferOwnerAction)(nil)
)

type transferOwnerAction struct {
	plumbing.PersonAction
}

// NewTransferTeamOwnerAction returns the action iam_transfer_team_owner.
func NewTransferTeamOwnerAction() action.Action {
	return &transferOwnerAction{plumbing.PersonAction{
		Action: plumbing.Action{Name: "transfer_team_owner"},
		About: "Transfers the ownership of the tenant's team to a member who has joined it, in one step: the previous Owner becomes an Admin. If the member already is the Owner, nothing changes. " +
			"If an `iam_team_owner` manages the Owner, its next plan proposes to revert the transfer: change the resource instead. " +
			"Needs Terraform 1.14 and the reference backend: the public API has no teams.",
		ID:         "member_id",
		AboutID:    "Id of the member who becomes the Owner.",
		AboutEmail: "E-mail address of the member who becomes the Owner (case-insensitive).",
	}}
}

// ModifyPlan checks whether the member can become the Owner, unless the plan
// adds the member: a person with an account on the platform joins immediately.
func (a *transferOwnerAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	to, ok := a.ReadPlannedTarget(ctx, req.Config, &resp.Diagnostics)
	if !ok {
		return
	}
	_, member, err := a.parties(ctx, to)
	if client.IsNotFound(err) {
		if to.Email != "" && a.Keys.Holds(plumbing.TeamMember(to.Email)) {
			return
		}
		err = a.ExplainUnplanned(err, to, "iam_team_member")
	}
	if err != nil {
		resp.Diagnostics.Append(plumbing.UnableAt(to.At, "transfer", "ownership", "to "+to.Name(), err))
		return
	}
	resp.Diagnostics.Append(a.checkImpact(ctx, *member)...)
}

// checkImpact checks the transfer to a member against the guardrails.
func (a *transferOwnerAction) checkImpact(ctx context.Context, member api.TeamMember) diag.Diagnostics {
	return a.CheckImpact(ctx, func(t *access.Tenant) { t.SetOwner(access.StateUser{ID: member.ID, Email: member.Email}) })
}

func (a *transferOwnerAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	to, ok := a.ReadTarget(ctx, req.Config, &resp.Diagnostics)
	if !ok {
		return
	}
	present, member, err := a.parties(ctx, to)
	if err == nil && member.ID == present.ID {
		plumbing.Progress(resp, "%s is already the Owner", member.Email)
		return
	}
	if err == nil {
		if resp.Diagnostics.Append(a.checkImpact(ctx, *member)...); resp.Diagnostics.HasError() {
			return
		}
		err = a.Client.TransferTeam(ctx, api.TeamTransfer{MemberID: member.ID, FormerOwnerID: present.ID})
	}
	if client.IsConflict(err) {
		err = fmt.Errorf("%w. Run the action again if the ownership must still be transferred to %s", err, to.Name())
	}
	if err != nil {
		resp.Diagnostics.Append(plumbing.UnableAt(to.At, "transfer", "ownership", "to "+to.Name(), err))
		return
	}
	plumbing.Progress(resp, "the ownership was transferred from %s, now an Admin, to %s", present.Email, member.Email)
	_, err = client.WaitFor(ctx, a.Client.TeamOwner, func(owner api.TeamMember) bool { return owner.ID == member.ID })
	if err != nil {
		resp.Diagnostics.AddWarning("Change Not Visible Yet", "The ownership was transferred to "+member.Email+", but reading it back failed: "+plumbing.Sentence(err.Error())+" The next refresh shows it.")
	}
}

// parties returns the present Owner and the future one, who must have joined
// the team.
func (a *transferOwnerAction) parties(ctx context.Context, to plumbing.ActionTarget) (present, member *api.TeamMember, err error) {
	if present, err = a.Client.TeamOwner(ctx); err != nil {
		return nil, nil, err
	}
	find := a.Client.TeamMember
	if to.ID == "" {
		find = a.Client.TeamMemberByEmail
	}
	if member, err = find(ctx, to.Name()); err != nil {
		return nil, nil, err
	}
	return present, member, access.CheckNewOwner(member.Status == api.MemberActive, false)
}
