package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
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
	_ resource.ResourceWithConfigure   = (*userGroupsResource)(nil)
	_ resource.ResourceWithIdentity    = (*userGroupsResource)(nil)
	_ resource.ResourceWithImportState = (*userGroupsResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*userGroupsResource)(nil)
)

type userGroupsResource struct {
	plumbing.IdentifiedResource
}

// userGroupsType is shared by the resource and its list resource.
var userGroupsType = plumbing.NewIdentifiedResource("user_groups", plumbing.Key{Name: "user_id", About: "Id of the user."})

// NewUserGroupsResource returns iam_user_groups.
func NewUserGroupsResource() resource.Resource { return &userGroupsResource{userGroupsType} }

// userGroupsModel is the state of iam_user_groups.
type userGroupsModel struct {
	UserID   types.String `tfsdk:"user_id"`
	GroupIDs types.Set    `tfsdk:"group_ids"`
}

func (r *userGroupsResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages all groups of a user. It is authoritative: the user leaves every group that is not in `group_ids`. " +
			"To add single memberships without affecting the others, use `iam_group_membership` instead; do not manage one membership with both, or with `iam_group_members`. " +
			"Destroying the resource removes the user from the groups that it lists and keeps memberships that were added elsewhere.",
		Attributes: map[string]schema.Attribute{
			"user_id": schema.StringAttribute{
				MarkdownDescription: "Id of the user, an employee. If you change it, the new user joins the groups before the old one leaves them.",
				Required:            true,
				Validators:          []validator.String{plumbing.NotEmpty()},
			},
			"group_ids": schema.SetAttribute{
				MarkdownDescription: "Ids of all groups of the user.",
				ElementType:         types.StringType,
				Required:            true,
				Validators:          []validator.Set{setvalidator.ValueStringsAre(plumbing.NotEmpty())},
			},
		},
	}
}

// ModifyPlan refuses groups of the user that another resource manages, and records the
// memberships that this resource holds and releases. For a user who is not managed yet
// it names the groups to leave, as the plan does not show what is in no state.
func (r *userGroupsResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	others, diags := staying(ctx, req)
	resp.Diagnostics.Append(diags...)
	resp.Diagnostics.Append(plumbing.CheckPlanImpact(ctx, r.Data, req.Plan, req.State, r.groupsStep(others))...)
	if r.Data == nil {
		return
	}
	var plan, state userGroupsModel
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
	resp.Diagnostics.Append(warnMissingGroups(ctx, r.Data, path.Root("group_ids"), newIDs(plan.GroupIDs, state.GroupIDs))...)
	by := manager(ctx, r.Name, req, &resp.Diagnostics)
	note := planNote{Mark: by.Mark}
	user := plumbing.Person{ID: plan.UserID.ValueString()} // the zero Person while the id is unknown
	conflict := r.Members.HoldGroups(by, user, plumbing.Strings(plan.GroupIDs), plumbing.FullyKnown(plan.GroupIDs))
	resp.Diagnostics.Append(conflictError(ctx, r.Data, conflict, path.Root("group_ids"))...)
	if plumbing.IsSet(plan.UserID) {
		note.Holds = &held{User: user.ID}
		resp.Diagnostics.Append(r.planReleases(ctx, by, plan, state)...)
		if (!plan.UserID.Equal(state.UserID) || unreadMove(ctx, req, resp)) && r.Client != nil && plumbing.FullyKnown(plan.GroupIDs) {
			warnOfLeaving(ctx, r.Client, plan.UserID.ValueString(), plan.GroupIDs, &resp.Diagnostics)
		}
	}
	writeNote(ctx, note, resp)
}

// planDestroy releases the groups, except those that were added elsewhere.
func (r *userGroupsResource) planDestroy(ctx context.Context, state userGroupsModel, others []string, resp *resource.ModifyPlanResponse) {
	user := plumbing.Person{ID: state.UserID.ValueString()}
	stay := slices.DeleteFunc(slices.Clone(others), func(id string) bool { return !slices.Contains(plumbing.Strings(state.GroupIDs), id) })
	if len(stay) > 0 {
		name := nameOf(ctx, r.Data, user)
		resp.Diagnostics.AddAttributeWarning(path.Root("group_ids"), "Memberships Kept: "+name,
			fmt.Sprintf("%s stays in these groups, because they were added elsewhere and never listed here: %s.", name, plumbing.JoinNames(stay)))
	}
	leave := state.without(others)
	planDestroy(ctx, r.Data, releases{r.Name, []plumbing.Person{user}, leave.pairs, path.Root("group_ids")}, resp)
}

// without returns the model without some of its groups.
func (m userGroupsModel) without(groups []string) userGroupsModel {
	left := slices.DeleteFunc(plumbing.Strings(m.GroupIDs), func(id string) bool { return slices.Contains(groups, id) })
	m.GroupIDs = plumbing.StringSet(left, types.SetValueMust(types.StringType, nil))
	return m
}

// pairs returns the memberships of the user that the resource holds.
func (m userGroupsModel) pairs(user plumbing.Person) (pairs []plumbing.Pair) {
	for _, group := range plumbing.Strings(m.GroupIDs) {
		pairs = append(pairs, plumbing.Pair{Group: group, User: user.ID})
	}
	return pairs
}

// planReleases records the memberships that the resource releases: those in groups no
// longer listed, or all if the user changes.
func (r *userGroupsResource) planReleases(ctx context.Context, by plumbing.Manager, plan, state userGroupsModel) diag.Diagnostics {
	stay := plumbing.Strings(plan.GroupIDs)
	user := plumbing.Person{ID: state.UserID.ValueString()}
	for _, pair := range state.pairs(user) {
		if plan.UserID.Equal(state.UserID) && (slices.Contains(stay, pair.Group) || !plumbing.FullyKnown(plan.GroupIDs)) {
			continue
		}
		if _, conflict := r.Members.Release(by, pair.Group, user); conflict != nil {
			return conflictError(ctx, r.Data, conflict, path.Root("group_ids"))
		}
	}
	return nil
}

// warnOfLeaving names the groups that the user will leave.
func warnOfLeaving(ctx context.Context, c *client.Client, id string, groups types.Set, diags *diag.Diagnostics) {
	user, err := c.ReadUser(ctx, "plan of group_ids", id, func(api.User) bool { return true })
	if client.IsNotFound(err) {
		return // the apply reports it
	}
	if err != nil {
		diags.Append(plumbing.UnableAt(path.Root("group_ids"), "read", "groups of user", id, err))
		return
	}
	stays := plumbing.Strings(groups)
	leaves := slices.DeleteFunc(slices.Sorted(slices.Values(user.GroupIDs)), func(id string) bool { return slices.Contains(stays, id) })
	if len(leaves) > 0 {
		diags.AddAttributeWarning(path.Root("group_ids"), fmt.Sprintf("Groups Will Be Left: %s", user.ContactEmail),
			fmt.Sprintf("The apply removes %s from groups that are not listed: %s. List them to keep the membership.", user.ContactEmail, strings.Join(leaves, ", ")))
	}
}

func (m userGroupsModel) list() membershipList {
	return membershipList{"groups of user", "user_id", m.UserID.ValueString(), "group_ids"}
}

func (r *userGroupsResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	defer r.IdentifyCreated(resp)
	var plan userGroupsModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) {
		return
	}
	if err := r.write(ctx, plan.UserID.ValueString(), plumbing.Strings(plan.GroupIDs)); err != nil {
		resp.Diagnostics.Append(plan.list().unable("create", err))
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(forgetNotes(ctx, resp.Private)...)
}

func (r *userGroupsResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	defer r.IdentifyRead(ctx, req, resp)
	var state userGroupsModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.ReadyToRead(&resp.Diagnostics) {
		return
	}
	user, err := r.Client.ReadUser(ctx, "iam_user_groups", state.UserID.ValueString(), func(u api.User) bool {
		return sameIDs(u.GroupIDs, plumbing.Strings(state.GroupIDs))
	})
	if client.IsNotFound(err) {
		resp.Diagnostics.Append(plumbing.GoneWarning("User", state.UserID.ValueString()))
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("read", "groups of user", state.UserID.ValueString(), err))
		return
	}
	resp.Diagnostics.Append(noteElsewhere(ctx, resp.Private, idSet(plumbing.Strings(state.GroupIDs)), user.GroupIDs)...)
	state.GroupIDs = plumbing.StringSet(user.GroupIDs, types.SetValueMust(types.StringType, nil))
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

func (r *userGroupsResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	defer r.IdentifyUpdated(ctx, resp)
	var plan, state userGroupsModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) {
		return
	}
	if err := r.write(ctx, plan.UserID.ValueString(), plumbing.Strings(plan.GroupIDs)); err != nil {
		resp.Diagnostics.Append(plan.list().unable("update", err))
		return
	}
	if !plan.UserID.Equal(state.UserID) {
		for _, pair := range state.pairs(plumbing.Person{ID: state.UserID.ValueString()}) {
			if err := leave(ctx, r.Data, pair); err != nil {
				resp.Diagnostics.Append(state.list().unable("update", fmt.Errorf("leaving %s: %w", pair.Group, err)))
				return
			}
		}
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(forgetNotes(ctx, resp.Private)...)
}

func (r *userGroupsResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state userGroupsModel
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
	user := state.UserID.ValueString()
	for _, pair := range state.without(others).pairs(plumbing.Person{ID: user}) {
		if err := removal.leave(ctx, pair); err != nil {
			resp.Diagnostics.Append(plumbing.Unable("delete", "groups of user", user, fmt.Errorf("leaving %s: %w", pair.Group, err)))
			return
		}
	}
}

// ImportState accepts the id of a user or the e-mail address.
func (r *userGroupsResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	key, ok := r.ImportID(ctx, req, &resp.Diagnostics)
	if !ok {
		return
	}
	id, err := userID(ctx, r.Client, key)
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("import", "groups of user", key, err))
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("user_id"), id)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("group_ids"), types.SetValueMust(types.StringType, nil))...)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, privateImported, []byte("true"))...)
}

// write adds the user to the groups and removes it from all others, one by one. Setting
// all groups in one request would overwrite concurrent changes of the user's other
// attributes. It adds before it removes, so the user never loses access that it keeps,
// unless it moves to another vendor. It returns when the API shows the groups.
func (r *userGroupsResource) write(ctx context.Context, id string, groups []string) error {
	defer r.Client.Lock(lockUser, id)()
	for _, group := range groups {
		r.Members.Hold(plumbing.Pair{Group: group, User: id})
	}
	user, err := r.Client.User(ctx, id)
	if err != nil {
		return err
	}
	present := r.Members.Present(id, user.GroupIDs)
	leaving := slices.DeleteFunc(slices.Clone(present), func(group string) bool { return slices.Contains(groups, group) })
	for _, group := range leaving {
		if r.Members.Held(plumbing.Pair{Group: group, User: id}) {
			return heldElsewhere(user.ContactEmail, group)
		}
	}
	for _, group := range groups {
		if slices.Contains(present, group) {
			continue
		}
		if err := r.enter(ctx, plumbing.Pair{Group: group, User: id}, leaving); err != nil {
			return fmt.Errorf("joining %s: %w", group, err)
		}
	}
	for _, group := range leaving {
		if err := leaveNow(ctx, r.Data, plumbing.Pair{Group: group, User: id}); err != nil {
			return fmt.Errorf("leaving %s: %w", group, err)
		}
	}
	slices.Sort(groups)
	_, err = client.WaitFor(ctx, func(ctx context.Context) (*[]string, error) {
		shown, err := r.Client.User(ctx, id)
		if err != nil {
			return nil, err
		}
		slices.Sort(shown.GroupIDs)
		return &shown.GroupIDs, nil
	}, func(shown []string) bool { return slices.Equal(shown, groups) })
	return err
}

// enter adds the user to a group. If groups of another vendor prevent that and the user
// leaves all of them in this write, enter removes the user from them first.
func (r *userGroupsResource) enter(ctx context.Context, p plumbing.Pair, leaving []string) error {
	err := enter(ctx, r.Data, p, access.Employee)
	if !client.IsBadRequest(err) {
		return err
	}
	others, lookup := conflictingGroups(ctx, r.Client, p.Group, p.User)
	if lookup != nil || slices.ContainsFunc(others, func(id string) bool { return !slices.Contains(leaving, id) }) {
		return err // which explains the problem
	}
	for _, other := range others {
		if err := leaveNow(ctx, r.Data, plumbing.Pair{Group: other, User: p.User}); err != nil {
			return fmt.Errorf("leaving %s: %w", other, err)
		}
	}
	return enter(ctx, r.Data, p, access.Employee)
}
