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
	plumbing.IdentifiedResource
}

// membershipType is shared by the resource and its list resource.
var membershipType = plumbing.NewIdentifiedResource("group_membership",
	plumbing.Key{Name: "group_id", About: "Id of the group."},
	plumbing.Key{Name: "user_type", About: "`EMPLOYEE` or `CUSTOMER`. Defaults to the group's type.", Optional: true},
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
		MarkdownDescription: "Adds one user to one group. It is additive: it does not affect other members of the group or other groups of the user. " +
			"To manage all members of a group in one configuration, use `iam_group_members` instead; do not use both for one group.\n\n" +
			"If another resource of the same configuration takes over the membership, for example after you rename the block, the user stays in the group.",
		Attributes: map[string]schema.Attribute{
			"group_id": schema.StringAttribute{
				MarkdownDescription: "Id of the group. If you change it, the user joins the new group before leaving the old one.",
				Required:            true,
				Validators:          []validator.String{plumbing.NotEmpty()},
			},
			"user_id": schema.StringAttribute{
				MarkdownDescription: "Id of the user; for `CUSTOMER` the customer number. If you change it, the new user joins before the old one leaves.",
				Required:            true,
				Validators:          []validator.String{plumbing.NotEmpty()},
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

// userTypeAttribute describes the type of the members.
func userTypeAttribute() schema.StringAttribute {
	return schema.StringAttribute{
		MarkdownDescription: "`EMPLOYEE` (default) or `CUSTOMER`, the same as the type of the group. Changing it replaces the resource.",
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

// pair returns the membership; known is false if one of its ids is unknown.
func (m *membershipModel) pair() (p plumbing.Pair, known bool) {
	return plumbing.Pair{Group: m.GroupID.ValueString(), User: m.UserID.ValueString()}, plumbing.IsSet(m.GroupID) && plumbing.IsSet(m.UserID)
}

// ModifyPlan refuses a membership that another resource manages, and records the
// memberships that this resource holds and releases.
func (r *membershipResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	resp.Diagnostics.Append(plumbing.CheckPlanImpact(ctx, r.Data, req.Plan, req.State, r.step)...)
	if r.Data == nil {
		return
	}
	var plan, state membershipModel
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(state.fields().Decode(ctx, req.State.Raw)...)
	}
	was, had := state.pair()
	if req.Plan.Raw.IsNull() {
		pairs := func(plumbing.Person) []plumbing.Pair { return []plumbing.Pair{was} }
		planDestroy(ctx, r.Data, releases{r.Name, []plumbing.Person{{ID: was.User}}, pairs, path.Root("user_id")}, resp)
		return
	}
	resp.Diagnostics.Append(plan.fields().Decode(ctx, req.Plan.Raw)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(warnMissingGroups(ctx, r.Data, path.Root("group_id"), newID(plan.GroupID, state.GroupID))...)
	by := manager(ctx, r.Name, req, &resp.Diagnostics)
	note := planNote{Mark: by.Mark}
	is, known := plan.pair()
	plan.ID = types.StringUnknown()
	if known {
		note.Holds = &held{is.Group, is.User}
		if plumbing.IsSet(plan.UserType) {
			plan.setID()
		}
	}
	if !plan.GroupID.IsUnknown() {
		resp.Diagnostics.Append(conflictError(ctx, r.Data, r.Members.HoldOne(by, is.Group, plumbing.Person{ID: is.User}), path.Root("user_id"))...)
	}
	if had && known && was != is {
		_, conflict := r.Members.Release(by, was.Group, plumbing.Person{ID: was.User})
		resp.Diagnostics.Append(conflictError(ctx, r.Data, conflict, path.Root("user_id"))...)
	}
	resp.Diagnostics.Append(plan.fields().Encode(ctx, &resp.Plan.Raw)...)
	writeNote(ctx, note, resp)
}

func (r *membershipResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	defer r.IdentifyCreated(resp)
	var plan membershipModel
	resp.Diagnostics.Append(plan.fields().Decode(ctx, req.Plan.Raw)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) {
		return
	}
	plan.setID()
	pair, _ := plan.pair()
	unlock, err := join(ctx, r.Data, pair, access.UserType(plan.UserType.ValueString()))
	if err != nil {
		resp.Diagnostics.Append(plan.unable("create", err))
		return
	}
	defer unlock()
	resp.Diagnostics.Append(plan.fields().Encode(ctx, &resp.State.Raw)...)
	resp.Diagnostics.Append(forgetNotes(ctx, resp.Private)...)
	if err := r.waitForMembership(ctx, plan); err != nil {
		resp.Diagnostics.Append(plumbing.ReadBackWarning("membership", plan.ID.ValueString(), err))
	}
}

// waitForMembership waits until the API shows the membership.
func (r *membershipResource) waitForMembership(ctx context.Context, m membershipModel) error {
	_, err := client.WaitFor(ctx, func(ctx context.Context) (*bool, error) {
		exists, err := r.Client.HasMember(ctx, m.GroupID.ValueString(), access.UserType(m.UserType.ValueString()), m.UserID.ValueString())
		return &exists, err
	}, func(exists bool) bool { return exists })
	return err
}

// unable returns the error for a membership that the API refused, on the argument that
// the API names.
func (m membershipModel) unable(verb string, err error) diag.Diagnostic {
	at := path.Root("group_id")
	var e *client.Error
	var otherVendor *otherVendorError
	switch {
	case errors.As(err, &otherVendor):
	case !errors.As(err, &e):
		return plumbing.Unable(verb, "membership", m.ID.ValueString(), err)
	case e.StatusCode == http.StatusBadRequest:
		at = path.Root("user_type")
	case e.StatusCode == http.StatusNotFound && e.Document.ResourceID == m.UserID.ValueString():
		at = path.Root("user_id")
		if strings.Contains(m.UserID.ValueString(), "@") {
			err = fmt.Errorf("%w. The argument takes the id of a user, such as iam_user.name.id, not an e-mail address", err)
		}
	case e.StatusCode != http.StatusNotFound:
		return plumbing.Unable(verb, "membership", m.ID.ValueString(), err)
	}
	return plumbing.UnableAt(at, verb, "membership", m.ID.ValueString(), err)
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

// Update moves the membership: it adds the new one before it removes the old one.
func (r *membershipResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	defer r.IdentifyUpdated(ctx, resp)
	var plan, state membershipModel
	resp.Diagnostics.Append(plan.fields().Decode(ctx, req.Plan.Raw)...)
	resp.Diagnostics.Append(state.fields().Decode(ctx, req.State.Raw)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) {
		return
	}
	plan.setID()
	is, _ := plan.pair()
	was, _ := state.pair()
	if err := r.move(ctx, was, is, access.UserType(plan.UserType.ValueString())); err != nil {
		resp.Diagnostics.Append(plan.unable("update", err))
		return
	}
	resp.Diagnostics.Append(plan.fields().Encode(ctx, &resp.State.Raw)...)
	resp.Diagnostics.Append(forgetNotes(ctx, resp.Private)...)
	if err := r.waitForMembership(ctx, plan); err != nil {
		resp.Diagnostics.Append(plumbing.ReadBackWarning("membership", plan.ID.ValueString(), err))
	}
}

// move adds one membership and then removes another. Only between groups of different
// vendors it removes the old one first.
func (r *membershipResource) move(ctx context.Context, from, to plumbing.Pair, userType access.UserType) error {
	unlock, err := tryJoin(ctx, r.Data, to, userType)
	if client.IsBadRequest(err) && from.User == to.User {
		others, lookup := conflictingGroups(ctx, r.Client, to.Group, to.User)
		if lookup == nil && slices.Contains(others, from.Group) {
			if err := leave(ctx, r.Data, from); err != nil {
				return err
			}
		}
		unlock, err = join(ctx, r.Data, to, userType)
	}
	if err != nil {
		return err
	}
	unlock()
	if from == to {
		return nil
	}
	return leave(ctx, r.Data, from)
}

func (r *membershipResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state membershipModel
	resp.Diagnostics.Append(state.fields().Decode(ctx, req.State.Raw)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) {
		return
	}
	d := newRemoval(ctx, r.Data, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	pair, _ := state.pair()
	if err := d.leave(ctx, pair); err != nil {
		resp.Diagnostics.Append(plumbing.Unable("delete", "membership", state.ID.ValueString(), err))
	}
}

// errMembershipID describes the import id of a membership.
var errMembershipID = errors.New("an import id is GROUP/USER, or GROUP/USER_TYPE/USER, where GROUP is the id, code or name of a group, and USER a user id or an e-mail address")

// ImportState accepts group/user or group/type/user. An employee can be given by e-mail
// address.
func (r *membershipResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	key, ok := r.ImportID(ctx, req, &resp.Diagnostics)
	if !ok {
		return
	}
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
	group, err := findGroup(ctx, r.Client, strings.Join(parts, "/")) // names can have slashes
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
