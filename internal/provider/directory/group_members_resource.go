package directory

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"golang.org/x/sync/errgroup"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var (
	_ resource.ResourceWithConfigure   = (*groupMembersResource)(nil)
	_ resource.ResourceWithIdentity    = (*groupMembersResource)(nil)
	_ resource.ResourceWithImportState = (*groupMembersResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*groupMembersResource)(nil)
)

type groupMembersResource struct {
	plumbing.Addressed
}

// groupMembersType is what the resource and its list have in common.
var groupMembersType = plumbing.NewAddressed("group_members", plumbing.Key{Name: "group_id", About: "Id of the group."})

// NewGroupMembersResource returns iam_group_members.
func NewGroupMembersResource() resource.Resource { return &groupMembersResource{groupMembersType} }

// groupMembersModel is the state of iam_group_members.
type groupMembersModel struct {
	GroupID  types.String `tfsdk:"group_id"`
	Members  types.Map    `tfsdk:"members"`
	UserType types.String `tfsdk:"user_type"`
}

func (r *groupMembersResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "All members of one group. Authoritative: whoever is in the group and not in `members` is removed, and the plan names them. " +
			"Use `iam_group_membership` instead to add single users and leave the others alone; do not use both for one group. " +
			"Destroying the resource removes the members it lists.",
		Attributes: map[string]schema.Attribute{
			"group_id": schema.StringAttribute{
				MarkdownDescription: "Id of the group; predefined groups are fine. Changing it replaces the resource.",
				Required:            true,
				Validators:          []validator.String{plumbing.NotEmpty()},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"members": schema.MapAttribute{
				MarkdownDescription: "Members: e-mail address to user id, for customers customer number to customer number. " +
					"A map, so that plans name people and stay fast for large groups.",
				ElementType: types.StringType,
				Required:    true,
				Validators:  []validator.Map{membersValidator{}},
			},
			"user_type": userTypeAttribute(),
		},
	}
}

// members returns user id to the key it is listed under. Unknown ids are left
// out.
func (m groupMembersModel) members() map[string]string {
	byID := map[string]string{}
	for key, v := range m.Members.Elements() {
		if id, ok := v.(types.String); ok && plumbing.IsSet(id) {
			byID[id.ValueString()] = key
		}
	}
	return byID
}

// ModifyPlan finds another owner of the members. For a new resource it names
// the members that it will remove from a group that has some already: they are
// in no state yet, and would not show.
func (r *groupMembersResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	resp.Diagnostics.Append(judge(ctx, r.Data, req.Plan, req.State, membersStep)...)
	if req.Plan.Raw.IsNull() || r.Data == nil {
		return
	}
	var plan groupMembersModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || plan.GroupID.IsUnknown() || plan.Members.IsUnknown() {
		return
	}
	users := slices.Collect(maps.Values(plan.Members.Elements()))
	resp.Diagnostics.Append(r.Owners.Group("iam_group_members", plan.GroupID.ValueString(), users, path.Root("members"))...)
	if req.State.Raw.IsNull() && r.Client != nil {
		r.warnOfRemovals(ctx, plan, &resp.Diagnostics)
	}
}

func (r *groupMembersResource) warnOfRemovals(ctx context.Context, plan groupMembersModel, diags *diag.Diagnostics) {
	present, err := r.read(ctx, plan)
	if client.IsNotFound(err) {
		return // the same plan may create the group
	}
	if err != nil {
		diags.Append(plumbing.Unable("read", "members of group", plan.GroupID.ValueString(), err))
		return
	}
	planned := map[string]bool{}
	for key := range plan.Members.Elements() {
		planned[strings.ToLower(key)] = true
	}
	var leaving []string
	for _, key := range plumbing.SortedKeys(present.Elements()) {
		if !planned[strings.ToLower(key)] {
			leaving = append(leaving, key)
		}
	}
	if len(leaving) > 0 {
		diags.AddAttributeWarning(path.Root("members"), fmt.Sprintf("Members Will Be Removed: %s", plan.GroupID.ValueString()),
			fmt.Sprintf("Not listed here, and so removed from group %s by the apply: %s. List them for them to stay, or use iam_group_membership, which leaves others alone.", plan.GroupID.ValueString(), strings.Join(leaving, ", ")))
	}
}

func (m groupMembersModel) list() membershipList {
	return membershipList{"members of group", "group_id", m.GroupID.ValueString(), "members"}
}

func (r *groupMembersResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	defer r.IdentifyCreated(ctx, resp)
	var plan groupMembersModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) {
		return
	}
	err := r.write(ctx, plan)
	if err != nil {
		resp.Diagnostics.Append(plan.list().unable("create", err))
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

func (r *groupMembersResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	defer r.IdentifyRead(ctx, req, resp)
	var state groupMembersModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.ReadyToRead(&resp.Diagnostics) {
		return
	}
	members, err := r.read(ctx, state)
	if client.IsNotFound(err) {
		resp.Diagnostics.Append(plumbing.GoneWarning("Group", state.GroupID.ValueString()))
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("read", "members of group", state.GroupID.ValueString(), err))
		return
	}
	state.Members = members
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

func (r *groupMembersResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	defer r.IdentifyUpdated(ctx, resp)
	var plan groupMembersModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) {
		return
	}
	if err := r.write(ctx, plan); err != nil {
		resp.Diagnostics.Append(plan.list().unable("update", err))
		// Some may have come and gone before the error: keep what is true.
		if members, readErr := r.read(ctx, plan); readErr == nil {
			plan.Members = members
			resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
		}
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

func (r *groupMembersResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state groupMembersModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) {
		return
	}
	err := eachOf(ctx, plumbing.SortedKeys(state.members()), func(ctx context.Context, id string) error {
		if err := r.remove(ctx, state.GroupID.ValueString(), id); err != nil && !client.IsNotFound(err) {
			return err
		}
		return nil
	})
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("delete", "members of group", state.GroupID.ValueString(), err))
	}
}

// ImportState takes the id, the code or the name of a group.
func (r *groupMembersResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	if !r.Ready(&resp.Diagnostics) {
		return
	}
	key := r.ImportID(ctx, req, &resp.Diagnostics)
	group, err := findGroup(ctx, r.Client, key)
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("import", "members of group", key, err))
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("group_id"), group.ID)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("user_type"), string(group.UserType))...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("members"), types.MapValueMust(types.StringType, nil))...)
}

// read returns the group's members as the attribute has them. Members that the
// model lists keep their key; for others the e-mail address is looked up.
func (r *groupMembersResource) read(ctx context.Context, m groupMembersModel) (types.Map, error) {
	assignments, err := r.Client.Members(ctx, m.GroupID.ValueString())
	if err != nil {
		return types.MapNull(types.StringType), err
	}
	keys := m.members()
	elements := make(map[string]attr.Value, len(assignments))
	var strangers []api.Assignment
	for _, a := range assignments {
		if key, ok := keys[a.UserID]; ok {
			elements[key] = types.StringValue(a.UserID)
		} else {
			strangers = append(strangers, a)
		}
	}
	emails, err := r.emails(ctx, m.GroupID.ValueString(), strangers)
	if err != nil {
		return types.MapNull(types.StringType), err
	}
	for _, a := range strangers {
		elements[emails[a.UserID]] = types.StringValue(a.UserID)
	}
	return types.MapValueMust(types.StringType, elements), nil
}

// emails returns the key of each member: an employee's e-mail address, or the
// user id where there is none.
func (r *groupMembersResource) emails(ctx context.Context, group string, members []api.Assignment) (map[string]string, error) {
	keys := make(map[string]string, len(members))
	employees := false
	for _, a := range members {
		keys[a.UserID] = a.UserID
		employees = employees || a.UserType == access.Employee
	}
	if !employees {
		return keys, nil
	}
	users, err := r.Client.ReadUsers(ctx, "iam_group_members "+group)
	if err != nil {
		return nil, err
	}
	for _, u := range users {
		if _, ok := keys[u.ID]; ok {
			keys[u.ID] = u.ContactEmail
		}
	}
	return keys, nil
}

// write makes the group's members those of the plan, and returns once the API
// shows them. It adds before it removes, so that nobody who stays is ever
// without access. Only who is in groups of another vendor comes last: two groups
// may exchange their members.
func (r *groupMembersResource) write(ctx context.Context, plan groupMembersModel) error {
	group := plan.GroupID.ValueString()
	present, err := r.present(ctx, group)
	if err != nil {
		return err
	}
	planned := plan.members()
	late, err := r.add(ctx, plan, present)
	if err != nil {
		return err
	}
	err = eachOf(ctx, plumbing.SortedKeys(present), func(ctx context.Context, id string) error {
		if _, stays := planned[id]; stays {
			return nil
		}
		if err := r.remove(ctx, group, id); err != nil && !client.IsNotFound(err) {
			return fmt.Errorf("removing %s: %w", id, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, id := range late {
		unlock, err := join(ctx, r.Client, group, access.UserType(plan.UserType.ValueString()), id)
		if err != nil {
			return fmt.Errorf("adding %s: %w", planned[id], err)
		}
		unlock()
	}
	_, err = client.Await(ctx, func(ctx context.Context) (*map[string]bool, error) {
		shown, err := r.present(ctx, group)
		return &shown, err
	}, func(shown map[string]bool) bool {
		// Whom somebody else adds meanwhile is for the next plan to show.
		for id := range planned {
			if !shown[id] {
				return false
			}
		}
		for id := range present {
			if _, stays := planned[id]; shown[id] && !stays {
				return false
			}
		}
		return true
	})
	return err
}

// present returns the ids of the group's members.
func (r *groupMembersResource) present(ctx context.Context, group string) (map[string]bool, error) {
	assignments, err := r.Client.Members(ctx, group)
	if err != nil {
		return nil, err
	}
	ids := make(map[string]bool, len(assignments))
	for _, a := range assignments {
		ids[a.UserID] = true
	}
	return ids, nil
}

// add adds the planned members who are not in the group. Those whom groups of
// another vendor keep from joining are left for later.
func (r *groupMembersResource) add(ctx context.Context, plan groupMembersModel, present map[string]bool) (late []string, err error) {
	group, userType, planned := plan.GroupID.ValueString(), access.UserType(plan.UserType.ValueString()), plan.members()
	var mu sync.Mutex // guards late
	err = eachOf(ctx, plumbing.SortedKeys(planned), func(ctx context.Context, id string) error {
		if present[id] {
			return nil
		}
		unlock, err := tryJoin(ctx, r.Client, group, userType, id)
		if client.IsBadRequest(err) {
			others, lookup := inTheWay(ctx, r.Client, group, id)
			if lookup == nil && len(others) > 0 {
				mu.Lock()
				late = append(late, id)
				mu.Unlock()
				return nil
			}
			unlock, err = tryJoin(ctx, r.Client, group, userType, id) // what was in the way may be gone by now
		}
		if err != nil {
			return fmt.Errorf("adding %s: %w", planned[id], err)
		}
		unlock()
		return nil
	})
	slices.Sort(late)
	return late, err
}

// eachOf does the same with each of many users, several at a time, up to the
// first error. What is under way then comes to its end, so that its outcome is
// known.
func eachOf(ctx context.Context, ids []string, do func(ctx context.Context, id string) error) error {
	var users errgroup.Group
	var failed atomic.Bool
	users.SetLimit(usersAtOnce)
	for _, id := range ids {
		if failed.Load() || ctx.Err() != nil {
			break
		}
		users.Go(func() error {
			err := do(ctx, id)
			if err != nil {
				failed.Store(true)
			}
			return err
		})
	}
	if err := users.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}

func (r *groupMembersResource) remove(ctx context.Context, group, id string) error {
	defer r.Client.Lock(lockUser, id)()
	return r.Client.RemoveMember(ctx, group, id)
}

// membersValidator refuses members that could not stay as they are written: a
// key without a user, and one user or one address under two keys.
type membersValidator struct{}

func (membersValidator) Description(context.Context) string {
	return "must name each user once"
}

func (v membersValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (membersValidator) ValidateMap(_ context.Context, req validator.MapRequest, resp *validator.MapResponse) {
	const summary = "Invalid Member"
	elements := req.ConfigValue.Elements()
	keys, ids := map[string]string{}, map[string]string{}
	for _, key := range plumbing.SortedKeys(elements) {
		at := req.Path.AtMapKey(key)
		if other, taken := keys[strings.ToLower(key)]; taken {
			resp.Diagnostics.AddAttributeError(at, summary, fmt.Sprintf("%s and %s are the same e-mail address: case makes no difference. Leave one of them out.", key, other))
		}
		keys[strings.ToLower(key)] = key
		id, ok := elements[key].(types.String)
		if !ok || id.IsUnknown() {
			continue
		}
		if id.ValueString() == "" {
			resp.Diagnostics.AddAttributeError(at, summary, fmt.Sprintf("%s has no user id. Give the id of the user, or leave the key out.", key))
			continue
		}
		if other, taken := ids[id.ValueString()]; taken {
			resp.Diagnostics.AddAttributeError(at, summary, fmt.Sprintf("%s and %s are the same user, %s. Leave one of them out.", key, other, id.ValueString()))
		}
		ids[id.ValueString()] = key
	}
}
