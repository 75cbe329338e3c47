package team

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

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
	_ resource.ResourceWithConfigure      = (*assignmentResource)(nil)
	_ resource.ResourceWithIdentity       = (*assignmentResource)(nil)
	_ resource.ResourceWithImportState    = (*assignmentResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*assignmentResource)(nil)
	_ resource.ResourceWithValidateConfig = (*assignmentResource)(nil)
)

type assignmentResource struct {
	plumbing.IdentifiedResource
}

// assignmentType is shared by the resource and its list resource.
var assignmentType = plumbing.NewIdentifiedResource("product_assignment",
	plumbing.Key{Name: "member_id", About: "Id of the member."},
	plumbing.Key{Name: "product", About: "The product."},
).Keyed(assignmentKey)

// NewProductAssignmentResource returns iam_product_assignment.
func NewProductAssignmentResource() resource.Resource { return &assignmentResource{assignmentType} }

// assignmentModel is the state of iam_product_assignment.
type assignmentModel struct {
	ID       types.String `tfsdk:"id"`
	MemberID types.String `tfsdk:"member_id"`
	Product  types.String `tfsdk:"product"`
	Role     types.String `tfsdk:"role"`

	Permissions types.Set `tfsdk:"permissions"`
}

// how returns how the product is assigned.
func (m assignmentModel) how() access.Assignment {
	return access.Assignment{Role: m.Role.ValueString(), Permissions: slices.Sorted(slices.Values(plumbing.Strings(m.Permissions)))}
}

// set sets how the product is assigned.
func (m *assignmentModel) set(held api.HeldProduct) {
	m.Role, m.Permissions = plumbing.StringOrNull(held.Role), plumbing.StringSet(held.Permissions, types.SetNull(types.StringType))
}

func (r *assignmentResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Assigns a product to a member of the team. Only members with the role `member` can be assigned products: " +
			"the Owner and Admins already hold every product, and billing contacts hold none. " +
			"When the member becomes an Admin or the Owner, the assignment stays, and it applies again once the role is `member` again.\n\n" +
			"Needs the reference backend: the public API has no teams.",
		Attributes: map[string]schema.Attribute{
			"member_id": schema.StringAttribute{
				MarkdownDescription: "Id of the member. Refer to the `iam_team_member` if it is in the same configuration, so that its role is set first. Changing it assigns the product to the new member before removing it from the previous one.",
				Required:            true,
				Validators:          []validator.String{plumbing.NotEmpty()},
			},
			"product": schema.StringAttribute{
				MarkdownDescription: "`studio_pro`, `bot_runner`, `orchestrator`, or the id of an `iam_product`. Changing it replaces the assignment.",
				Required:            true,
				Validators:          []validator.String{plumbing.NotEmpty()},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"role": schema.StringAttribute{
				MarkdownDescription: "Role in the product: `admin` or `analyst`, required for `orchestrator`. One of the roles of an `iam_product` that has roles. The other products have no roles.",
				Optional:            true,
			},
			"permissions": schema.SetAttribute{
				MarkdownDescription: "Permissions in the product: `unattended` for `bot_runner`, which lets the member run unattended bots. Everyone who holds Bot Runner can run attended bots. The other products have no permissions.",
				ElementType:         types.StringType,
				Optional:            true,
				Validators:          []validator.Set{plumbing.NotEmptySet("A member without permissions needs none listed. ")},
			},
			"id": schema.StringAttribute{
				MarkdownDescription: "`member_id/product`.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
		},
	}
}

// ValidateConfig returns an error for a role or a permission that a predefined product does
// not have.
func (r *assignmentResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config assignmentModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() || !plumbing.IsSet(config.Product) {
		return
	}
	if !config.Role.IsNull() && !config.Role.IsUnknown() && config.Role.ValueString() == "" {
		resp.Diagnostics.AddAttributeError(path.Root("role"), "Invalid Role", "The role is empty: leave it out.")
		return
	}
	if p, predefined := access.FindProduct(access.PredefinedProducts(), config.Product.ValueString()); predefined {
		resp.Diagnostics.Append(config.check(p)...)
	}
}

// check returns an error if the product is not assigned in this way, as far as it is
// known.
func (m assignmentModel) check(p access.TeamProduct) (diags diag.Diagnostics) {
	a := m.how()
	if err := access.CheckAssignment([]access.TeamProduct{p}, p.ID, access.Assignment{Role: a.Role}); err != nil && !m.Role.IsUnknown() {
		diags.AddAttributeError(path.Root("role"), "Invalid Role", plumbing.Sentence(err.Error()))
		return diags
	}
	known := access.Assignment{Permissions: a.Permissions}
	if len(p.Roles) > 0 {
		known.Role = p.Roles[0]
	}
	if err := access.CheckAssignment([]access.TeamProduct{p}, p.ID, known); err != nil {
		diags.AddAttributeError(path.Root("permissions"), "Invalid Permission", plumbing.Sentence(err.Error()))
	}
	return diags
}

func (m *assignmentModel) setID() {
	m.ID = types.StringValue(m.MemberID.ValueString() + "/" + m.Product.ValueString())
}

// ModifyPlan returns an error for a member that cannot be assigned products, as
// far as it is known.
func (r *assignmentResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	key := r.PlanKey(ctx, req, resp)
	defer r.PlanAdoption(ctx, key, req, resp)
	resp.Diagnostics.Append(plumbing.CheckPlanImpact(ctx, r.Data, req.Plan, req.State, assignmentStep)...)
	if req.Plan.Raw.IsNull() || r.Data == nil {
		return
	}
	var plan, state assignmentModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	changed := !plan.MemberID.Equal(state.MemberID) || !plan.Product.Equal(state.Product) || !plan.Role.Equal(state.Role) || !plan.Permissions.Equal(state.Permissions)
	if resp.Diagnostics.HasError() || !changed {
		return
	}
	if r.Client != nil && plumbing.IsSet(plan.Product) {
		resp.Diagnostics.Append(r.checkProduct(ctx, plan)...)
	}
	if plan.MemberID.IsUnknown() {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("id"), types.StringUnknown())...)
		return
	}
	if plumbing.IsSet(plan.Product) {
		plan.setID()
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("id"), plan.ID)...)
	}
	if r.Client != nil {
		r.checkMember(ctx, plan.MemberID.ValueString(), &resp.Diagnostics)
	}
}

// checkProduct returns an error if the team will not have the product, or not with the
// role. A product that another resource adds in the same run counts.
func (r *assignmentResource) checkProduct(ctx context.Context, plan assignmentModel) (diags diag.Diagnostics) {
	id := plan.Product.ValueString()
	if _, predefined := access.FindProduct(access.PredefinedProducts(), id); predefined {
		return nil // ValidateConfig has checked it
	}
	added, err := planOf(r.Data).products(ctx, r.Client)
	if err != nil {
		diags.Append(plumbing.UnableAt(path.Root("product"), "read", "product", id, err))
		return diags
	}
	p, ok := access.FindProduct(added, id)
	if !ok {
		err := access.CheckAssignment(access.TeamProducts(added), id, access.Assignment{})
		diags.AddAttributeError(path.Root("product"), "Unknown Product", plumbing.Sentence(err.Error())+" To add a product to the team, create an iam_product and refer to its id.")
		return diags
	}
	return plan.check(p)
}

// checkMember returns an error if the member's planned or present role cannot
// be assigned products.
func (r *assignmentResource) checkMember(ctx context.Context, id string, diags *diag.Diagnostics) {
	role, planned := planOf(r.Data).role(id)
	if !planned {
		member, err := r.Client.TeamMember(ctx, id)
		if err != nil {
			diags.Append(refusedMember(id, err))
			return
		}
		role = member.Role
	}
	if err := access.CheckAssignable(role); err != nil {
		diags.AddAttributeError(path.Root("member_id"), "Product Cannot Be Assigned", fmt.Sprintf("Member %s: %s", id, plumbing.Sentence(err.Error())))
	}
}

// refusedMember returns the diagnostic of an assignment that the API refused,
// on the role, which can be unknown until now, or on the member.
func refusedMember(id string, err error) diag.Diagnostic {
	if client.IsBadRequest(err) {
		return plumbing.UnableAt(path.Root("role"), "assign", "product", "to "+id, err)
	}
	if client.IsNotFound(err) && strings.Contains(id, "@") {
		err = fmt.Errorf("%w. The argument must be the id of a member, such as iam_team_member.name.id, not an e-mail address", err)
	}
	return plumbing.UnableAt(path.Root("member_id"), "assign", "product", "to "+id, err)
}

// assigned returns the product that a member holds, or nil. The error matches
// IsNotFound if the member does not exist.
func (r *assignmentResource) assigned(ctx context.Context, m assignmentModel) (*api.HeldProduct, error) {
	member, err := r.Client.TeamMember(ctx, m.MemberID.ValueString())
	if err != nil {
		return nil, err
	}
	return m.heldBy(*member), nil
}

// heldBy returns the product that the member holds, or nil.
func (m assignmentModel) heldBy(member api.TeamMember) *api.HeldProduct {
	for _, held := range member.Products {
		if held.Product == m.Product.ValueString() {
			return &held
		}
	}
	return nil
}

func (r *assignmentResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	defer r.IdentifyCreated(resp)
	var plan assignmentModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) || r.Adopt(ctx, req, resp, r.Update) {
		return
	}
	plan.setID()
	if r.free(ctx, plan, &resp.Diagnostics) && r.write(ctx, plan, &resp.Diagnostics) {
		resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	}
}

// free reports whether the product is not assigned to the member yet.
func (r *assignmentResource) free(ctx context.Context, plan assignmentModel, diags *diag.Diagnostics) bool {
	held, err := r.assigned(ctx, plan)
	if err != nil {
		diags.Append(refusedMember(plan.MemberID.ValueString(), err))
		return false
	}
	if held != nil && !held.ByTeamRole {
		id := plan.ID.ValueString()
		diags.AddAttributeError(path.Root("product"), "Unable to assign product",
			plumbing.ExistsText("Product assignment "+id, "iam_product_assignment", id))
		return false
	}
	return true
}

// write assigns the product, waits until the API shows it, and reports whether
// it succeeded.
func (r *assignmentResource) write(ctx context.Context, plan assignmentModel, diags *diag.Diagnostics) bool {
	member, how := plan.MemberID.ValueString(), plan.how()
	if err := r.Client.AssignProduct(ctx, member, plan.Product.ValueString(), api.ProductAssignment(how)); err != nil {
		diags.Append(refusedMember(member, err))
		return false
	}
	_, err := client.WaitFor(ctx, func(ctx context.Context) (*api.HeldProduct, error) {
		held, err := r.assigned(ctx, plan)
		if err == nil && held == nil {
			held = &api.HeldProduct{}
		}
		return held, err
	}, func(held api.HeldProduct) bool {
		return held.Product != "" && (held.ByTeamRole || held.Role == how.Role && slices.Equal(held.Permissions, how.Permissions))
	})
	if err != nil {
		diags.Append(plumbing.ReadBackWarning("product assignment", plan.ID.ValueString(), err))
	}
	return true
}

// Read keeps an assignment to a member that has become the Owner or an Admin:
// the member holds the product anyway, and the assignment applies again later.
func (r *assignmentResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	defer r.IdentifyRead(ctx, req, resp)
	var state assignmentModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.ReadyToRead(&resp.Diagnostics) {
		return
	}
	var held *api.HeldProduct
	member, err := r.Client.ReadTeamMember(ctx, "iam_product_assignment of "+state.Product.ValueString(), state.MemberID.ValueString())
	if err == nil {
		held = state.heldBy(*member)
	}
	switch {
	case client.IsNotFound(err), err == nil && held == nil:
		resp.Diagnostics.Append(plumbing.GoneWarning("Product assignment", state.ID.ValueString()))
		resp.State.RemoveResource(ctx)
		return
	case err != nil:
		resp.Diagnostics.Append(plumbing.Unable("read", "product assignment", state.ID.ValueString(), err))
		return
	}
	if !held.ByTeamRole {
		state.set(*held)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

// Update assigns the product to the new member before removing it from the
// previous one.
func (r *assignmentResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	defer r.IdentifyUpdated(ctx, resp)
	var plan, state assignmentModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) {
		return
	}
	moves := !state.MemberID.IsNull() && !plan.MemberID.Equal(state.MemberID) // an adoption has no previous member
	if moves {
		plan.setID()
		if !r.free(ctx, plan, &resp.Diagnostics) {
			return
		}
	}
	if !r.write(ctx, plan, &resp.Diagnostics) {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	if moves {
		resp.Diagnostics.Append(r.unassign(ctx, state)...) // an error names the member who still has it
	}
}

// unassign removes the product from a member. A member that no longer exists is
// not an error.
func (r *assignmentResource) unassign(ctx context.Context, state assignmentModel) (diags diag.Diagnostics) {
	err := r.Client.UnassignProduct(ctx, state.MemberID.ValueString(), state.Product.ValueString())
	if err != nil && !client.IsNotFound(err) {
		diags.Append(plumbing.Unable("delete", "product assignment", state.ID.ValueString(), err))
	}
	return diags
}

func (r *assignmentResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state assignmentModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) || r.SkipDelete(ctx, req, resp) {
		return
	}
	resp.Diagnostics.Append(r.unassign(ctx, state)...)
}

// errAssignmentID describes the format of an import id.
var errAssignmentID = errors.New("the import id must be MEMBER/PRODUCT, where MEMBER is the id or the e-mail address of a member")

// ImportState accepts member/product, where member is an id or an e-mail
// address.
func (r *assignmentResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	key, ok := r.ImportID(ctx, req, &resp.Diagnostics)
	if !ok {
		return
	}
	m, err := r.parseImportID(ctx, key)
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("import", "product assignment", fmt.Sprintf("%q", key), err))
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

func (r *assignmentResource) parseImportID(ctx context.Context, text string) (m assignmentModel, err error) {
	key, product, ok := strings.Cut(text, "/")
	if !ok || key == "" || product == "" {
		return m, errAssignmentID
	}
	added, err := r.Client.AddedProducts(ctx)
	if err != nil {
		return m, err
	}
	products := access.TeamProducts(added)
	if _, ok := access.FindProduct(products, product); !ok {
		return m, access.CheckAssignment(products, product, access.Assignment{})
	}
	member, err := r.Client.FindTeamMember(ctx, key)
	if err != nil {
		return m, err
	}
	if err := access.CheckAssignable(member.Role); err != nil {
		return m, err
	}
	m = assignmentModel{MemberID: types.StringValue(member.ID), Product: types.StringValue(product), Permissions: types.SetNull(types.StringType)}
	m.setID()
	return m, nil
}
