package team

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/actionvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var (
	_ action.ActionWithConfigure        = (*transferOwnerAction)(nil)
	_ action.ActionWithConfigValidators = (*transferOwnerAction)(nil)
)

type transferOwnerAction struct {
	plumbing.Action
}

// NewTransferTeamOwnerAction returns the action iam_transfer_team_owner.
func NewTransferTeamOwnerAction() action.Action {
	return &transferOwnerAction{plumbing.Action{Name: "transfer_team_owner"}}
}

// transferOwnerModel is the configuration of the action iam_transfer_team_owner.
type transferOwnerModel struct {
	MemberID types.String `tfsdk:"member_id"`
	Email    types.String `tfsdk:"email"`
}

func (a *transferOwnerAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Transfers the ownership of the tenant's team to a member who has joined it, in one step: the former Owner becomes an Admin. A member who is the Owner stays so. " +
			"Where an `iam_team_owner` names the Owner, its next plan shows the difference and takes it back: change it there instead. " +
			"Needs the reference backend, as the public API has no teams, and Terraform 1.14.",
		Attributes: map[string]schema.Attribute{
			"member_id": schema.StringAttribute{MarkdownDescription: "Id of the member who becomes the Owner. Give this or `email`.", Optional: true},
			"email": schema.StringAttribute{
				MarkdownDescription: "E-mail address of the member who becomes the Owner, in any case. Give this or `member_id`.",
				Optional:            true,
				Validators:          []validator.String{plumbing.ValidEmail()},
			},
		},
	}
}

func (a *transferOwnerAction) ConfigValidators(context.Context) []action.ConfigValidator {
	return []action.ConfigValidator{actionvalidator.ExactlyOneOf(path.MatchRoot("member_id"), path.MatchRoot("email"))}
}

func (a *transferOwnerAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var m transferOwnerModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() || !a.Ready(&resp.Diagnostics) {
		return
	}
	at, named := path.Root("member_id"), m.MemberID.ValueString()
	find := a.Client.TeamMember
	if m.MemberID.IsNull() {
		at, named, find = path.Root("email"), m.Email.ValueString(), a.Client.TeamMemberByEmail
	}
	present, member, err := a.parties(ctx, find, named)
	if err == nil && member.ID == present.ID {
		plumbing.Progress(resp, "%s is the Owner already", member.Email)
		return
	}
	if err == nil {
		err = a.Client.TransferTeam(ctx, api.TeamTransfer{MemberID: member.ID, FormerOwnerID: present.ID})
	}
	if client.IsConflict(err) {
		err = fmt.Errorf("%w. Run the action again if the ownership is still to go to %s", err, named)
	}
	if err != nil {
		resp.Diagnostics.Append(plumbing.UnableAt(at, "transfer", "ownership", "to "+named, err))
		return
	}
	plumbing.Progress(resp, "the ownership went from %s, now an Admin, to %s", present.Email, member.Email)
	_, err = client.Await(ctx, a.Client.TeamOwner, func(owner api.TeamMember) bool { return owner.ID == member.ID })
	if err != nil {
		resp.Diagnostics.AddWarning("Change Not Seen Yet", "The ownership went to "+member.Email+", and reading it back failed: "+plumbing.Sentence(err.Error())+" The next refresh shows it.")
	}
}

// parties returns the Owner and the member who is to be it, who must have
// joined.
func (a *transferOwnerAction) parties(
	ctx context.Context, find func(ctx context.Context, key string) (*api.TeamMember, error), key string,
) (present, member *api.TeamMember, err error) {
	if present, err = a.Client.TeamOwner(ctx); err != nil {
		return nil, nil, err
	}
	if member, err = find(ctx, key); err != nil {
		return nil, nil, err
	}
	return present, member, access.CheckNewOwner(member.Status == api.MemberActive)
}
