package directory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var (
	_ resource.ResourceWithConfigure   = (*membershipResource)(nil)
	_ resource.ResourceWithIdentity    = (*membershipResource)(nil)
	_ resource.ResourceWithImportState = (*membershipResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*membershipResource)(nil)
)

type membershipResource struct {
	plumbing.Addressed
}

// membershipType is what the resource and its list have in common.
var membershipType = plumbing.NewAddressed("group_membership",
	plumbing.Key{Name: "group_id", About: "Id of the group."},
	plumbing.Key{Name: "user_type", About: "`EMPLOYEE` or `CUSTOMER`; that of the group when left out.", Optional: true},
	plumbing.Key{Name: "user_id", About: "Id of the user."},
)

// NewGroupMembershipResource returns iam_group_membership.
func NewGroupMembershipResource() resource.Resource { return &membershipResource{membershipType} }

// membershipModel is the state of iam_group_membership.
type membershipModel struct {
	ID       types.String `tfsdk:"id"`
	GroupID  types.String `tfsdk:"group_id"`
	UserID   types.String `tfsdk:"user_id"`
	UserType types.String `tfsdk:"user_type"`
}

// fields are the attributes by name.
func (m *membershipModel) fields() plumbing.Fields {
	return plumbing.Fields{"id": &m.ID, "group_id": &m.GroupID, "user_id": &m.UserID, "user_type": &m.UserType}
}

func (r *membershipResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "One user in one group. Additive: other members of the group and other groups of the user are left alone. " +
			"Use `iam_group_members` instead where one configuration decides who all the members are; do not use both for one group.\n\n" +
			"A group that is replaced loses its members: where that can happen, tie its memberships to it with `lifecycle { replace_triggered_by = [iam_group.name] }`.",
		Attributes: map[string]schema.Attribute{
			"group_id": schema.StringAttribute{
				MarkdownDescription: "Id of the group. Changing it replaces the membership.",
				Required:            true,
				Validators:          []validator.String{plumbing.NotEmpty()},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"user_id": schema.StringAttribute{
				MarkdownDescription: "Id of the user; for `CUSTOMER` the customer number. Changing it replaces the membership.",
				Required:            true,
				Validators:          []validator.String{plumbing.NotEmpty()},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"user_type": userTypeAttribute(),
			"id": schema.StringAttribute{
				MarkdownDescription: "`group_id/user_type/user_id`.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
		},
	}
}

// userTypeAttribute says whether members are employees or customers.
func userTypeAttribute() schema.StringAttribute {
	return schema.StringAttribute{
		MarkdownDescription: "`EMPLOYEE` (default) or `CUSTOMER`; the group's own type. Changing it replaces the resource.",
		Optional:            true,
		Computed:            true,
		Default:             stringdefault.StaticString(string(access.Employee)),
		Validators:          []validator.String{stringvalidator.OneOf(string(access.Employee), string(access.Customer))},
		PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
	}
}

func (m *membershipModel) setID() {
	m.ID = types.StringValue(strings.Join([]string{m.GroupID.ValueString(), m.UserType.ValueString(), m.UserID.ValueString()}, "/"))
}

// ModifyPlan finds another owner of the membership.
func (r *membershipResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	resp.Diagnostics.Append(judge(ctx, r.Data, req.Plan, req.State, membershipStep)...)
	if req.Plan.Raw.IsNull() || r.Data == nil {
		return
	}
	var plan membershipModel
	resp.Diagnostics.Append(plan.fields().Decode(ctx, req.Plan.Raw)...)
	if !resp.Diagnostics.HasError() && plumbing.IsSet(plan.GroupID) && plumbing.IsSet(plan.UserID) {
		resp.Diagnostics.Append(r.Owners.Membership(plan.GroupID.ValueString(), plan.UserID.ValueString())...)
	}
}

func (r *membershipResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	defer r.IdentifyCreated(ctx, resp)
	var plan membershipModel
	resp.Diagnostics.Append(plan.fields().Decode(ctx, req.Plan.Raw)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) {
		return
	}
	plan.setID()
	unlock, err := join(ctx, r.Client, plan.GroupID.ValueString(), access.UserType(plan.UserType.ValueString()), plan.UserID.ValueString())
	if err != nil {
		resp.Diagnostics.Append(plan.refused(err))
		return
	}
	defer unlock()
	resp.Diagnostics.Append(plan.fields().Encode(ctx, &resp.State.Raw)...)
	_, err = client.Await(ctx, func(ctx context.Context) (*bool, error) {
		exists, err := r.Client.HasMember(ctx, plan.GroupID.ValueString(), access.UserType(plan.UserType.ValueString()), plan.UserID.ValueString())
		return &exists, err
	}, func(exists bool) bool { return exists })
	if err != nil {
		resp.Diagnostics.Append(plumbing.NotReadBack("membership", plan.ID.ValueString(), err))
	}
}

// refused is the diagnostic of a membership that the API did not take, on the
// argument that the API names.
func (m membershipModel) refused(err error) diag.Diagnostic {
	at := path.Root("group_id")
	var e *client.Error
	var otherVendor *otherVendorError
	switch {
	case errors.As(err, &otherVendor):
	case !errors.As(err, &e):
		return plumbing.Unable("create", "membership", m.ID.ValueString(), err)
	case e.StatusCode == http.StatusBadRequest:
		at = path.Root("user_type")
	case e.StatusCode == http.StatusNotFound && e.Document.ResourceID == m.UserID.ValueString():
		at = path.Root("user_id")
		if strings.Contains(m.UserID.ValueString(), "@") {
			err = fmt.Errorf("%w. The argument takes the id of a user, such as iam_user.name.id, and not an e-mail address", err)
		}
	case e.StatusCode != http.StatusNotFound:
		return plumbing.Unable("create", "membership", m.ID.ValueString(), err)
	}
	return plumbing.UnableAt(at, "create", "membership", m.ID.ValueString(), err)
}

func (r *membershipResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	defer r.IdentifyRead(ctx, req, resp)
	var state membershipModel
	resp.Diagnostics.Append(state.fields().Decode(ctx, req.State.Raw)...)
	if resp.Diagnostics.HasError() || !r.ReadyToRead(&resp.Diagnostics) {
		return
	}
	exists, err := r.Client.ReadMembership(ctx, state.GroupID.ValueString(), access.UserType(state.UserType.ValueString()), state.UserID.ValueString())
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("read", "membership", state.ID.ValueString(), err))
		return
	}
	if !exists {
		resp.Diagnostics.Append(plumbing.GoneWarning("Membership", state.ID.ValueString()))
		resp.State.RemoveResource(ctx)
	}
}

// Update is never called: every argument replaces the membership.
func (r *membershipResource) Update(context.Context, resource.UpdateRequest, *resource.UpdateResponse) {
}

func (r *membershipResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state membershipModel
	resp.Diagnostics.Append(state.fields().Decode(ctx, req.State.Raw)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) {
		return
	}
	defer r.Client.Lock(lockUser, state.UserID.ValueString())()
	err := r.Client.RemoveMember(ctx, state.GroupID.ValueString(), state.UserID.ValueString())
	if err != nil && !client.IsNotFound(err) {
		resp.Diagnostics.Append(plumbing.Unable("delete", "membership", state.ID.ValueString(), err))
	}
}

// errMembershipID says how the import id of a membership is written.
var errMembershipID = errors.New("an import id is GROUP/USER, or GROUP/USER_TYPE/USER, where GROUP is the id, code or name of a group, and USER a user id or an e-mail address")

// ImportState takes group/user or group/type/user; an employee may be given by
// e-mail address.
func (r *membershipResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	if !r.Ready(&resp.Diagnostics) {
		return
	}
	key := r.ImportID(ctx, req, &resp.Diagnostics)
	m, err := r.parseImportID(ctx, key)
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("import", "membership", fmt.Sprintf("%q", key), err))
		return
	}
	resp.Diagnostics.Append(m.fields().Encode(ctx, &resp.State.Raw)...)
}

func (r *membershipResource) parseImportID(ctx context.Context, text string) (m membershipModel, err error) {
	parts := strings.Split(text, "/")
	if len(parts) < 2 || slices.Contains(parts, "") {
		return m, errMembershipID
	}
	user, parts := parts[len(parts)-1], parts[:len(parts)-1]
	var userType access.UserType
	if last := access.UserType(strings.ToUpper(parts[len(parts)-1])); len(parts) > 1 && (last == access.Employee || last == access.Customer) {
		userType, parts = last, parts[:len(parts)-1]
	}
	group, err := findGroup(ctx, r.Client, strings.Join(parts, "/")) // a name may have slashes
	if err != nil {
		return m, err
	}
	if cmp.Or(userType, group.UserType) != group.UserType {
		return m, fmt.Errorf("group %s has members of type %s, not %s", group.ID, group.UserType, userType)
	}
	if group.UserType == access.Employee {
		if user, err = userID(ctx, r.Client, user); err != nil {
			return m, err
		}
	}
	m = membershipModel{GroupID: types.StringValue(group.ID), UserType: types.StringValue(string(group.UserType)), UserID: types.StringValue(user)}
	m.setID()
	return m, nil
}
