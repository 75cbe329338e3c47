package directory

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

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
	plumbing.IdentifiedResource
}

// groupMembersType is shared by the resource and its list resource.
var groupMembersType = plumbing.NewIdentifiedResource("group_members", plumbing.Key{Name: "group_id", About: "Id of the group."})

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
		MarkdownDescription: "Manages all members of a group. It is authoritative: users in the group who are not in `members` are removed, and the plan names them. " +
			"To add single users without affecting the others, use `iam_group_membership` instead; do not use both for one group. " +
			"Destroying the resource removes the members that it lists and keeps those who were added elsewhere.",
		Attributes: map[string]schema.Attribute{
			"group_id": schema.StringAttribute{
				MarkdownDescription: "Id of the group, which may be predefined. If you change it, the members join the new group before they leave the old one.",
				Required:            true,
				Validators:          []validator.String{plumbing.NotEmpty()},
			},
			"members": schema.MapAttribute{
				MarkdownDescription: "Map of the members' e-mail addresses to their user ids; for customers, of customer numbers to the same customer numbers. " +
					"The map makes plans readable and keeps them fast for large groups. It is an error if a key is not the address of the user with the id; case is ignored.",
				ElementType:   types.StringType,
				Required:      true,
				Validators:    []validator.Map{membersValidator{}},
				PlanModifiers: []planmodifier.Map{keyCase{}},
			},
			"user_type": userTypeAttribute(),
		},
	}
}

// members returns the keys of the members by user id, without unknown ids.
func (m groupMembersModel) members() map[string]string {
	byID := map[string]string{}
	for key, v := range m.Members.Elements() {
		if id, ok := v.(types.String); ok && plumbing.IsSet(id) {
			byID[id.ValueString()] = key
		}
	}
	return byID
}

// people returns the members, with the key as e-mail address and the id if it is
// known.
func (m groupMembersModel) people() []plumbing.Person {
	people := make([]plumbing.Person, 0, len(m.Members.Elements()))
	for key, v := range m.Members.Elements() {
		id, _ := v.(types.String)
		people = append(people, plumbing.Person{ID: id.ValueString(), Email: key})
	}
	return people
}

// ModifyPlan refuses members that another resource manages, records the memberships
// that this resource holds and releases, and checks that the keys belong to the users.
// For a group that is not managed yet it names the members to remove, as the plan does
// not show what is in no state.
func (r *groupMembersResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	others, diags := staying(ctx, req)
	resp.Diagnostics.Append(diags...)
	resp.Diagnostics.Append(plumbing.CheckPlanImpact(ctx, r.Data, req.Plan, req.State, r.membersStep(others))...)
	if r.Data == nil {
		return
	}
	var plan, state groupMembersModel
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if req.Plan.Raw.IsNull() {
		r.planDestroy(ctx, state, others, resp)
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	by := manager(ctx, r.Name, req, &resp.Diagnostics)
	note := planNote{Mark: by.Mark}
	if !plan.GroupID.IsUnknown() {
		note.Holds = &held{Group: plan.GroupID.ValueString()}
		resp.Diagnostics.Append(conflictError(ctx, r.Data, r.Members.HoldMembers(by, plan.GroupID.ValueString(), plan.people(), !plan.Members.IsUnknown()), path.Root("members"))...)
		resp.Diagnostics.Append(warnMissingGroups(ctx, r.Data, path.Root("group_id"), newID(plan.GroupID, state.GroupID))...)
		resp.Diagnostics.Append(r.planReleases(ctx, by, plan, state)...)
		if !plan.Members.IsUnknown() && (!plan.GroupID.Equal(state.GroupID) || unreadMove(ctx, req, resp)) && r.Client != nil {
			r.warnOfRemovals(ctx, plan, &resp.Diagnostics)
		}
	}
	r.checkKeys(ctx, plan, state, &resp.Diagnostics)
	writeNote(ctx, note, resp)
}

// planDestroy releases the members, except those who were added elsewhere.
func (r *groupMembersResource) planDestroy(ctx context.Context, state groupMembersModel, others []string, resp *resource.ModifyPlanResponse) {
	listed := state.members()
	var stay []string
	for _, id := range others {
		if key, ok := listed[id]; ok {
			stay = append(stay, key)
		}
	}
	if len(stay) > 0 {
		resp.Diagnostics.AddAttributeWarning(path.Root("members"), "Members Kept: "+state.GroupID.ValueString(),
			fmt.Sprintf("These members of group %s stay, because they were added elsewhere and never listed here: %s.", state.GroupID.ValueString(), plumbing.JoinNames(stay)))
	}
	leave := slices.DeleteFunc(state.people(), func(p plumbing.Person) bool { return slices.Contains(others, p.ID) })
	planDestroy(ctx, r.Data, releases{r.Name, leave, state.pairs, path.Root("members")}, resp)
}

// pairs returns the membership of a person that the resource holds.
func (m groupMembersModel) pairs(p plumbing.Person) []plumbing.Pair {
	return []plumbing.Pair{{Group: m.GroupID.ValueString(), User: p.ID}}
}

// planReleases records the memberships that the resource releases: those of members no
// longer listed, or all if the group changes.
func (r *groupMembersResource) planReleases(ctx context.Context, by plumbing.Manager, plan, state groupMembersModel) diag.Diagnostics {
	if plan.GroupID.Equal(state.GroupID) && plan.Members.Equal(state.Members) {
		return nil
	}
	stay := map[string]bool{} // by id or, if that is unknown, by key
	for _, p := range plan.people() {
		stay[cmp.Or(p.ID, strings.ToLower(p.Email))] = true
	}
	for _, p := range state.people() {
		if plan.GroupID.Equal(state.GroupID) && (plan.Members.IsUnknown() || stay[p.ID] || stay[strings.ToLower(p.Email)]) {
			continue
		}
		if _, conflict := r.Members.Release(by, state.GroupID.ValueString(), p); conflict != nil {
			return conflictError(ctx, r.Data, conflict, path.Root("members"))
		}
	}
	return nil
}

// checkKeys refuses keys that are not the address of the user with the id, because
// plans name people by their keys. The refresh has checked the keys in the state.
func (r *groupMembersResource) checkKeys(ctx context.Context, plan, state groupMembersModel, diags *diag.Diagnostics) {
	if r.Client == nil || plan.UserType.IsUnknown() {
		return
	}
	known := state.members()
	added := map[string]string{}
	for id, key := range plan.members() {
		if was, ok := known[id]; !ok || !api.SameEmail(was, key) {
			added[id] = key
		}
	}
	emails, err := r.keysOf(ctx, access.UserType(plan.UserType.ValueString()), plumbing.SortedKeys(added))
	if client.IsForbidden(err) {
		return // the API key may write members but not read users
	}
	if err != nil {
		diags.Append(plumbing.UnableAt(path.Root("members"), "read", "members of group", plan.GroupID.ValueString(), err))
		return
	}
	for _, id := range plumbing.SortedKeys(added) {
		right, exists := emails[id]
		switch key := added[id]; {
		case !exists:
			diags.AddAttributeError(path.Root("members").AtMapKey(key), "Unknown Member",
				fmt.Sprintf("The tenant has no user with the id %q, the value of the key %q. The value must be the id of a user, not an address or a name: refer to the user, as in { (iam_user.name.email) = iam_user.name.id }, or look up the id with the data source iam_user.", id, key))
		case !api.SameEmail(right, key):
			diags.AddAttributeError(path.Root("members").AtMapKey(key), "Member Under Another Key",
				fmt.Sprintf("The key %q has the id %s, which belongs to %s. Plans and reviews name members by their keys, so use the key %q for this id. "+
					"References avoid such mistakes, as in { (iam_user.name.email) = iam_user.name.id }.", key, id, right, right))
		}
	}
}

// keysOf returns the correct key of each member: the e-mail address of an employee, the
// id of a customer. Employees who do not exist have none.
func (r *groupMembersResource) keysOf(ctx context.Context, userType access.UserType, ids []string) (map[string]string, error) {
	if userType == access.Employee {
		return emailsOf(ctx, r.Data, ids)
	}
	keys := make(map[string]string, len(ids))
	for _, id := range ids {
		keys[id] = id
	}
	return keys, nil
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
			fmt.Sprintf("The apply removes members of group %s that are not listed: %s. List them to keep them, or use iam_group_membership, which does not affect other members.", plan.GroupID.ValueString(), strings.Join(leaving, ", ")))
	}
}

func (m groupMembersModel) list() membershipList {
	return membershipList{"members of group", "group_id", m.GroupID.ValueString(), "members"}
}

func (r *groupMembersResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	defer r.IdentifyCreated(resp)
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
	resp.Diagnostics.Append(forgetNotes(ctx, resp.Private)...)
}

func (r *groupMembersResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	defer r.IdentifyRead(ctx, req, resp)
	var state groupMembersModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.ReadyToRead(&resp.Diagnostics) {
		return
	}
	known := idSet(plumbing.SortedKeys(state.members()))
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
	resp.Diagnostics.Append(noteElsewhere(ctx, resp.Private, known, plumbing.SortedKeys(state.members()))...)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

func (r *groupMembersResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	defer r.IdentifyUpdated(ctx, resp)
	var plan, state groupMembersModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) {
		return
	}
	moves := !plan.GroupID.Equal(state.GroupID)
	if err := r.write(ctx, plan); err != nil {
		resp.Diagnostics.Append(plan.list().unable("update", err))
		// Some may have been added and removed before the error: record the result.
		if members, readErr := r.read(ctx, plan); readErr == nil && !moves {
			plan.Members = members
			resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
		}
		return
	}
	if moves {
		if err := eachOf(ctx, plumbing.SortedKeys(state.members()), func(ctx context.Context, id string) error {
			return leave(ctx, r.Data, plumbing.Pair{Group: state.GroupID.ValueString(), User: id})
		}); err != nil {
			resp.Diagnostics.Append(state.list().unable("update", err))
			return
		}
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(forgetNotes(ctx, resp.Private)...)
}

func (r *groupMembersResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state groupMembersModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) {
		return
	}
	removal := newRemoval(ctx, r.Data, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	others, diags := elsewhere(ctx, req.Private)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	leave := slices.DeleteFunc(plumbing.SortedKeys(state.members()), func(id string) bool { return slices.Contains(others, id) })
	err := eachOf(ctx, leave, func(ctx context.Context, id string) error {
		return removal.leave(ctx, plumbing.Pair{Group: state.GroupID.ValueString(), User: id})
	})
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("delete", "members of group", state.GroupID.ValueString(), err))
	}
}

// ImportState accepts the id, the code or the name of a group.
func (r *groupMembersResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	key, ok := r.ImportID(ctx, req, &resp.Diagnostics)
	if !ok {
		return
	}
	group, err := findGroup(ctx, r.Client, key)
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("import", "members of group", key, err))
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("group_id"), group.ID)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("user_type"), string(group.UserType))...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("members"), types.MapValueMust(types.StringType, nil))...)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, privateImported, []byte("true"))...)
}

// read returns the group's members as a value of the attribute. It keeps the keys of
// the model that are the members' e-mail addresses, regardless of case, and uses the
// address otherwise.
func (r *groupMembersResource) read(ctx context.Context, m groupMembersModel) (types.Map, error) {
	assignments, err := r.Client.Members(ctx, m.GroupID.ValueString())
	if err != nil {
		return types.MapNull(types.StringType), err
	}
	addresses, err := r.addresses(ctx, assignments)
	if err != nil {
		return types.MapNull(types.StringType), err
	}
	keys := m.members()
	elements := make(map[string]attr.Value, len(assignments))
	for _, a := range assignments {
		key, listed := keys[a.UserID]
		if !listed || !api.SameEmail(key, addresses[a.UserID]) {
			key = addresses[a.UserID]
		}
		elements[key] = types.StringValue(a.UserID)
	}
	return types.MapValueMust(types.StringType, elements), nil
}

// addresses returns the key of each member: an employee's e-mail address, or the user
// id if there is none.
func (r *groupMembersResource) addresses(ctx context.Context, members []api.Assignment) (map[string]string, error) {
	keys := make(map[string]string, len(members))
	var employees []string
	for _, a := range members {
		keys[a.UserID] = a.UserID
		if a.UserType == access.Employee {
			employees = append(employees, a.UserID)
		}
	}
	emails, err := emailsOf(ctx, r.Data, employees)
	maps.Copy(keys, emails)
	return keys, err
}
