package team

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var (
	_ resource.ResourceWithConfigure   = (*ownerResource)(nil)
	_ resource.ResourceWithIdentity    = (*ownerResource)(nil)
	_ resource.ResourceWithImportState = (*ownerResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*ownerResource)(nil)
)

type ownerResource struct {
	plumbing.IdentifiedResource
}

// ownerType is shared by the resource and its list resource.
var ownerType = plumbing.NewIdentifiedResource("team_owner", plumbing.Key{Name: plumbing.KeyTenant, About: "The tenant."}).Keyed(ownerKey)

// NewTeamOwnerResource returns iam_team_owner.
func NewTeamOwnerResource() resource.Resource { return &ownerResource{ownerType} }

// ownerModel is the state of iam_team_owner.
type ownerModel struct {
	MemberID        types.String `tfsdk:"member_id"`
	PreviousOwnerID types.String `tfsdk:"previous_owner_id"`
}

func (r *ownerResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The Owner of the tenant's team, which always has exactly one. Creating or changing the resource transfers the ownership from the present Owner " +
			"in one step; the previous Owner becomes an Admin. Destroying it leaves the Owner in place.\n\n" +
			"A configuration can contain one. Needs the reference backend: the public API has no teams.",
		Attributes: map[string]schema.Attribute{
			"member_id": schema.StringAttribute{
				MarkdownDescription: "Id of the member to make the Owner. The member must have joined the team.",
				Required:            true,
				Validators:          []validator.String{plumbing.NotEmpty()},
			},
			"previous_owner_id": schema.StringAttribute{
				MarkdownDescription: "Id of the member from whom the ownership was last transferred; null if the member already was the Owner.",
				Computed:            true,
			},
		},
	}
}

// ModifyPlan reports a second Owner and a member who cannot be the Owner, and
// shows the present Owner.
func (r *ownerResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	r.PlanKey(ctx, req, resp)
	resp.Diagnostics.Append(plumbing.CheckPlanImpact(ctx, r.Data, req.Plan, req.State, ownerStep)...)
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.AddWarning("Owner Left In Place",
			"A team always has an Owner: destroying iam_team_owner only ends its management by Terraform. To change the Owner, set member_id to another member instead.")
		return
	}
	if r.Data == nil {
		return
	}
	var plan, state ownerModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	if plan.MemberID.Equal(state.MemberID) {
		plan.PreviousOwnerID = state.PreviousOwnerID
	} else {
		plan.PreviousOwnerID = r.planTransfer(ctx, plan.MemberID, &resp.Diagnostics)
	}
	if plumbing.IsSet(plan.MemberID) {
		planOf(r.Data).setOwner(plan.MemberID.ValueString())
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
}

// planTransfer checks a transfer as far as it is known. It returns the id of
// the present Owner, or null if the member already is the Owner.
func (r *ownerResource) planTransfer(ctx context.Context, to types.String, diags *diag.Diagnostics) types.String {
	if r.Client == nil {
		return types.StringUnknown()
	}
	present, err := r.Client.TeamOwner(ctx)
	if err != nil {
		diags.Append(plumbing.Unable("read", "owner", "of the team", err))
		return types.StringUnknown()
	}
	if to.IsUnknown() {
		return types.StringUnknown()
	}
	if present.ID == to.ValueString() {
		return types.StringNull()
	}
	member, err := r.Client.TeamMember(ctx, to.ValueString())
	if err == nil {
		err = access.CheckNewOwner(member.Status == api.MemberActive, false)
	}
	if err != nil {
		diags.Append(refusedOwner(to.ValueString(), err))
	}
	return types.StringValue(present.ID)
}

// refusedOwner returns the diagnostic of a member that cannot become the Owner.
func refusedOwner(memberID string, err error) diag.Diagnostic {
	if client.IsNotFound(err) && strings.Contains(memberID, "@") {
		err = fmt.Errorf("%w. The argument must be the id of a member, such as iam_team_member.name.id, not an e-mail address", err)
	}
	return plumbing.UnableAt(path.Root("member_id"), "transfer", "ownership", "to "+memberID, err)
}

func (r *ownerResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	defer r.IdentifyCreated(resp)
	var plan ownerModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) {
		return
	}
	r.transfer(ctx, &plan, &resp.Diagnostics)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	}
}

// transfer makes the member the Owner instead of the one in the plan. It
// returns an error if the Owner has changed since the plan, so that a new plan
// shows it.
func (r *ownerResource) transfer(ctx context.Context, plan *ownerModel, diags *diag.Diagnostics) {
	to := plan.MemberID.ValueString()
	if plan.PreviousOwnerID.IsUnknown() {
		plan.PreviousOwnerID = r.planTransfer(ctx, plan.MemberID, diags)
		if diags.HasError() {
			return
		}
	}
	from := plan.PreviousOwnerID.ValueString()
	if plan.PreviousOwnerID.IsNull() {
		from = to // refused unless it still is the Owner
	}
	err := r.Client.TransferTeam(ctx, api.TeamTransfer{MemberID: to, FormerOwnerID: from})
	if client.IsConflict(err) {
		err = fmt.Errorf("%w. Run plan again to see the present Owner", err)
	}
	if err != nil {
		diags.Append(refusedOwner(to, err))
		return
	}
	_, err = client.WaitFor(ctx, r.Client.TeamOwner, func(m api.TeamMember) bool { return m.ID == to })
	if err != nil {
		diags.Append(plumbing.ReadBackWarning("transfer", "to "+to, err))
	}
}

func (r *ownerResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	defer r.IdentifyRead(ctx, req, resp)
	var state ownerModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.ReadyToRead(&resp.Diagnostics) {
		return
	}
	present, err := r.Client.TeamOwner(ctx)
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("read", "owner", "of the team", err))
		return
	}
	state.MemberID = types.StringValue(present.ID)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

func (r *ownerResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	defer r.IdentifyUpdated(ctx, resp)
	var plan ownerModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) {
		return
	}
	r.transfer(ctx, &plan, &resp.Diagnostics)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	}
}

// Delete leaves the Owner in place; the plan warns of it.
func (r *ownerResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

// ImportState accepts the id or the e-mail address of the Owner, or the tenant.
func (r *ownerResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	key, ok := r.ImportID(ctx, req, &resp.Diagnostics)
	if !ok {
		return
	}
	present, err := r.Client.TeamOwner(ctx)
	if err == nil && key != present.ID && !api.SameEmail(key, present.Email) && !strings.EqualFold(key, r.Client.Tenant()) {
		err = fmt.Errorf("the Owner of the team is %s (%s): import by that id or e-mail address, or by the tenant", present.ID, present.Email)
	}
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("import", "owner", key, err))
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("member_id"), present.ID)...)
}
