package team

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var (
	_ resource.ResourceWithConfigure   = (*memberResource)(nil)
	_ resource.ResourceWithIdentity    = (*memberResource)(nil)
	_ resource.ResourceWithImportState = (*memberResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*memberResource)(nil)
)

type memberResource struct {
	plumbing.IdentifiedResource
}

// memberType is shared by the resource and its list resource.
var memberType = plumbing.NewIdentifiedResource("team_member", plumbing.ID("member")).Keyed(memberKey)

// NewTeamMemberResource returns iam_team_member.
func NewTeamMemberResource() resource.Resource { return &memberResource{memberType} }

// memberModel is the state of iam_team_member.
type memberModel struct {
	ID     types.String `tfsdk:"id"`
	Email  types.String `tfsdk:"email"`
	Role   types.String `tfsdk:"role"`
	Status types.String `tfsdk:"status"`
}

func (r *memberResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	keep := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	resp.Schema = schema.Schema{
		MarkdownDescription: "A member of the tenant's team. Creating it invites the e-mail address; a person who has already accepted an invitation on the platform joins immediately.\n\n" +
			"A team always has one Owner, which `iam_team_owner` sets. While a member is the Owner, its `role` is kept but has no effect, " +
			"and the member cannot be destroyed: transfer the ownership first. The previous Owner becomes an Admin, so use the role `admin` for members who can own the team.\n\n" +
			"Needs the reference backend: the public API has no teams.",
		Attributes: map[string]schema.Attribute{
			"email": schema.StringAttribute{
				MarkdownDescription: "E-mail address, unique in the team without regard to case. Changing it replaces the member; changing only its case does nothing.",
				Required:            true,
				Validators:          []validator.String{plumbing.ValidEmail()},
				PlanModifiers:       []planmodifier.String{plumbing.EmailCase(), stringplanmodifier.RequiresReplace()},
			},
			"role": schema.StringAttribute{
				MarkdownDescription: "`admin` (manages the team and holds every product), `member` (holds the products assigned by `iam_product_assignment`) or `billing_contact` (sees only billing).",
				Required:            true,
				Validators:          []validator.String{checked{"must be admin, member or billing_contact", "Invalid Role", access.CheckGivenRole}},
			},
			"id": schema.StringAttribute{
				MarkdownDescription: "Id of the account; same as the id of the `iam_user` with this e-mail address, if it exists.",
				Computed:            true,
				PlanModifiers:       keep,
			},
			"status": schema.StringAttribute{
				MarkdownDescription: "`invited` until the invitation is accepted, then `active`.",
				Computed:            true,
				PlanModifiers:       keep,
			},
		},
	}
}

// fromAPI sets the attributes from the API. The Owner's role is kept, because
// it cannot be configured. An imported Owner has the role that it gets when the
// ownership is transferred.
func (m *memberModel) fromAPI(member api.TeamMember) {
	m.ID = types.StringValue(member.ID)
	if !api.SameEmail(m.Email.ValueString(), member.Email) {
		m.Email = types.StringValue(member.Email)
	}
	switch {
	case member.Role != access.RoleOwner:
		m.Role = types.StringValue(string(member.Role))
	case m.Role.IsNull():
		m.Role = types.StringValue(string(access.FormerOwnerRole))
	}
	m.Status = types.StringValue(string(member.Status))
}

// ModifyPlan refuses to remove the Owner, keeps the Owner's role, and records
// other members' roles for resources that are planned later.
func (r *memberResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	key := r.PlanKey(ctx, req, resp)
	defer r.PlanAdoption(ctx, key, req, resp)
	if key.Replaces && !key.Removed {
		resp.Diagnostics.Append(r.checkReplacementImpact(ctx, req.Plan)...)
	}
	resp.Diagnostics.Append(plumbing.CheckPlanImpact(ctx, r.Data, req.Plan, req.State, memberStep)...)
	if r.Data == nil || r.Client == nil {
		return
	}
	if req.State.Raw.IsNull() {
		if err := checkTeam(ctx, r.Data); err != nil {
			resp.Diagnostics.Append(plumbing.Unable("plan", "team member", "to invite", err))
		}
		var plan memberModel
		resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
		if !key.Adopts {
			r.checkInvitation(ctx, plan, &resp.Diagnostics)
		}
		return
	}
	var plan, state memberModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	leaving := req.Plan.Raw.IsNull()
	if !leaving {
		resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
		if leaving = !plan.Email.Equal(state.Email); leaving { // a replacement
			r.checkInvitation(ctx, plan, &resp.Diagnostics)
		}
	}
	if resp.Diagnostics.HasError() || plan.Role.Equal(state.Role) && !leaving {
		return
	}
	owner, err := r.owns(ctx, state.ID.ValueString())
	switch {
	case err != nil:
		resp.Diagnostics.Append(plumbing.Unable("read", "team member", state.Email.ValueString(), err))
	case owner && leaving:
		resp.Diagnostics.AddError("Owner Cannot Be Removed",
			fmt.Sprintf("%s is the Owner of the team. %s First apply a configuration in which iam_team_owner names another member and that still contains this one, then destroy it.",
				state.Email.ValueString(), plumbing.Sentence(access.CheckRemoval(access.RoleOwner).Error())))
	case owner:
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("role"), state.Role)...)
	case !leaving && plumbing.IsSet(plan.Role):
		planOf(r.Data).setRole(plan.ID.ValueString(), access.TeamRole(plan.Role.ValueString()))
	}
}

// checkInvitation refuses an e-mail address that is not one of the company.
func (r *memberResource) checkInvitation(ctx context.Context, plan memberModel, diags *diag.Diagnostics) {
	if !plumbing.IsSet(plan.Email) {
		return
	}
	email := plan.Email.ValueString()
	if fault := r.InvitationFault(ctx, plumbing.TeamMember(email), email); fault != "" {
		diags.AddAttributeError(path.Root("email"), "Not A Company Address", fault)
	}
}

// owns reports whether the member is the Owner now or after this plan.
func (r *memberResource) owns(ctx context.Context, id string) (bool, error) {
	if role, ok := planOf(r.Data).role(id); ok && role == access.RoleOwner {
		return true, nil
	}
	m, err := r.Client.TeamMember(ctx, id)
	if client.IsNotFound(err) {
		return false, nil
	}
	return err == nil && m.Role == access.RoleOwner, err
}

func (r *memberResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	defer r.IdentifyCreated(resp)
	var plan memberModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) || r.Adopt(ctx, req, resp, r.adopt) {
		return
	}
	email := plan.Email.ValueString()
	id, err := r.invite(ctx, plan)
	switch {
	case err == nil:
		if r.readBack(ctx, id, &plan, &resp.Diagnostics) {
			r.giveBack(ctx, id, plan, &resp.Diagnostics)
			resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
		}
	case client.IsConflict(err):
		resp.Diagnostics.AddAttributeError(path.Root("email"), "Unable to create team member",
			plumbing.ExistsText("Team member "+email, "iam_team_member", email))
	case client.IsUncertain(err):
		resp.Diagnostics.Append(plumbing.Unable("create", "team member", email, fmt.Errorf("%w. The member may still have been invited: run the same command again, and import the member if it is in the team by then", err)))
	case client.IsBadRequest(err):
		resp.Diagnostics.Append(plumbing.UnableAt(path.Root("email"), "create", "team member", email, err))
	default:
		resp.Diagnostics.Append(plumbing.Unable("create", "team member", email, err))
	}
}

// adopt updates a member that is already in the team. The Owner stays the
// Owner: the role applies after a transfer.
func (r *memberResource) adopt(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan memberModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	switch owner, err := r.owns(ctx, plan.ID.ValueString()); {
	case err != nil:
		resp.Diagnostics.Append(plumbing.Unable("read", "team member", plan.Email.ValueString(), err))
	case owner:
		resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	default:
		r.Update(ctx, req, resp)
	}
}

// invite invites the member and returns its id. A conflict on a repeated
// request can be with the member that the first request created.
func (r *memberResource) invite(ctx context.Context, plan memberModel) (string, error) {
	const skew = 5 * time.Minute // between the clocks of client and server
	start := time.Now()
	role := access.TeamRole(plan.Role.ValueString())
	id, err := r.Client.InviteTeamMember(ctx, api.TeamMemberCreate{Email: plan.Email.ValueString(), Role: role})
	if !client.IsConflict(err) || !client.IsUncertain(err) {
		return id, err
	}
	found, lookup := r.Client.TeamMemberByEmail(ctx, plan.Email.ValueString())
	if lookup != nil || found.Role != role {
		return "", err
	}
	if made, parse := time.Parse(time.RFC3339, found.CreatedAt); parse != nil || made.Before(start.Add(-skew)) {
		return "", err
	}
	return found.ID, nil
}

// readBack completes the state of an invited member. A member that cannot be
// read is kept in the state, unless the id belongs to another member.
func (r *memberResource) readBack(ctx context.Context, id string, plan *memberModel, diags *diag.Diagnostics) (kept bool) {
	member, err := r.await(ctx, id, *plan)
	if err == nil {
		plan.fromAPI(*member)
		return true
	}
	if _, another := errors.AsType[*plumbing.WrongUserError](err); another {
		diags.Append(plumbing.Unable("create", "team member", plan.Email.ValueString(), fmt.Errorf("%w. The member may still have been invited: import it if it is in the team", err)))
		return false
	}
	plan.ID, plan.Status = types.StringValue(id), types.StringValue(string(api.MemberInvited))
	diags.Append(plumbing.ReadBackWarning("team member", plan.Email.ValueString(), err))
	return true
}

// await reads the member once the API shows the role.
func (r *memberResource) await(ctx context.Context, id string, plan memberModel) (*api.TeamMember, error) {
	return client.WaitFor(ctx, func(ctx context.Context) (*api.TeamMember, error) {
		m, err := r.Client.TeamMember(ctx, id)
		if err == nil && !api.SameEmail(m.Email, plan.Email.ValueString()) {
			return nil, &plumbing.WrongUserError{ID: id, Email: m.Email, Wanted: plan.Email.ValueString()}
		}
		return m, err
	}, func(m api.TeamMember) bool {
		return string(m.Role) == plan.Role.ValueString() || m.Role == access.RoleOwner
	})
}

func (r *memberResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	defer r.IdentifyRead(ctx, req, resp)
	var state memberModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.ReadyToRead(&resp.Diagnostics) {
		return
	}
	member, err := r.Client.ReadTeamMember(ctx, "iam_team_member", state.ID.ValueString())
	if client.IsNotFound(err) {
		resp.Diagnostics.Append(plumbing.GoneWarning("Team member", state.Email.ValueString()))
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("read", "team member", state.Email.ValueString(), err))
		return
	}
	state.fromAPI(*member)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

func (r *memberResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	defer r.IdentifyUpdated(ctx, resp)
	var plan memberModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) {
		return
	}
	err := r.Client.ChangeTeamRole(ctx, plan.ID.ValueString(), access.TeamRole(plan.Role.ValueString()))
	if err == nil {
		_, err = r.await(ctx, plan.ID.ValueString(), plan)
	}
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("update", "team member", plan.Email.ValueString(), err))
		return
	}
	// The result must have the planned status; a refresh reads the present one.
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

func (r *memberResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state memberModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) || r.SkipDeleteWith(ctx, req, &resp.Diagnostics, func() any { return r.leave(ctx, state) }) {
		return
	}
	err := r.Client.RemoveTeamMember(ctx, state.ID.ValueString())
	if err != nil && !client.IsNotFound(err) {
		resp.Diagnostics.Append(plumbing.Unable("delete", "team member", state.Email.ValueString(), err))
	}
}

// ImportState accepts an id or an e-mail address.
func (r *memberResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	key, ok := r.ImportID(ctx, req, &resp.Diagnostics)
	if !ok {
		return
	}
	member, err := r.Client.FindTeamMember(ctx, key)
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("import", "team member", key, err))
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), member.ID)...)
}
