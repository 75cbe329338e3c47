package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// planUses records what the group will use, and refuses objects that the plan
// destroys.
func (r *groupResource) planUses(plan groupModel) (diags diag.Diagnostics) {
	if r.Data == nil || !plumbing.IsSet(plan.ID) {
		return nil
	}
	by := plumbing.Object{Kind: plumbing.KindGroup, ID: plan.ID.ValueString()}
	r.Uses.NoteKept(by)
	template := plan.RoleTemplate.ValueString()
	r.Uses.NoteUses(by, plumbing.KindTemplate, []string{template}, !plan.RoleTemplate.IsUnknown())
	r.Uses.NoteUses(by, plumbing.KindRestriction, plumbing.Strings(plan.Restrictions), plumbing.FullyKnown(plan.Restrictions))
	if !plan.AccessControlIDs.IsNull() { // otherwise they do not change
		r.Uses.NoteUses(by, plumbing.KindControl, plumbing.Strings(plan.AccessControlIDs), plumbing.FullyKnown(plan.AccessControlIDs))
	}
	if r.Uses.Removed(plumbing.Object{Kind: plumbing.KindTemplate, ID: template}) {
		diags.AddAttributeError(path.Root("role_template"), "Role Template Destroyed And Used",
			fmt.Sprintf("This plan destroys role template %s, but group %s uses it. Choose another template or keep this one.", template, by.ID))
	}
	for _, id := range plumbing.Strings(plan.AccessControlIDs) {
		if r.Uses.Removed(plumbing.Object{Kind: plumbing.KindControl, ID: id}) {
			diags.AddAttributeError(path.Root("access_control_ids").AtSetValue(types.StringValue(id)), "Access Control Destroyed And Used",
				fmt.Sprintf("This plan destroys access control %s, but group %s lists it. Remove it from access_control_ids, or keep the iam_access_control.", id, by.ID))
		}
	}
	return diags
}

// planDestroy names the members of the group whom no resource planned so far removes,
// and passes the others to Delete.
func (r *groupResource) planDestroy(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var state groupModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || r.Data == nil || r.Client == nil {
		return
	}
	id := state.ID.ValueString()
	r.Uses.NoteRemoval(plumbing.Object{Kind: plumbing.KindGroup, ID: id})
	group := api.Group{ID: id, UserType: access.UserType(state.UserType.ValueString())}
	members, err := r.MemberNames(ctx, group, "destroy of group")
	if client.IsForbidden(err) || client.IsNotFound(err) {
		return // Delete reports what prevents it
	}
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("read", "members of group", id, err))
		return
	}
	var stay, leave []string
	for user, name := range members {
		if r.Leaving(id, plumbing.Person{ID: user, Email: name}) {
			leave = append(leave, user)
			delete(members, user)
		} else {
			stay = append(stay, name)
		}
	}
	kept := plumbing.PlannedUses{}
	if len(leave) > 0 {
		slices.Sort(leave)
		kept[kindMember] = leave
	}
	if plan := r.WatchMembers(id, members); plan != "" {
		kept[kindPlan] = []string{plan}
	}
	resp.Diagnostics.Append(plumbing.SaveUses(ctx, kept, resp.Private)...)
	if len(stay) == 0 {
		return
	}
	slices.Sort(stay)
	consequence := "The apply deletes the group after they have left it, and fails if nothing in this plan removes them. (Terraform plans in no fixed order, so their removal may be planned later.) " +
		"To delete the group with its members, set force_delete = true and apply that first."
	if state.ForceDelete.ValueBool() {
		consequence = "With force_delete = true the apply removes them from the group and deletes it."
	}
	resp.Diagnostics.AddWarning("Group Has Members: "+id, fmt.Sprintf("Group %s still has members, according to the plan so far: %s. %s", groupLabel(state), plumbing.JoinNames(stay), consequence))
}

// Kinds of saved uses that a group's plan passes to Delete: the members who leave, and
// the plan that may record more of them later.
const (
	kindMember = "member"
	kindPlan   = "plan"
)

// leavers returns the members who leave the group according to the plan of its
// destroy.
func (r *groupResource) leavers(id string, planned plumbing.PlannedUses) []string {
	users := slices.Clone(planned[kindMember])
	for _, plan := range planned[kindPlan] {
		users = append(users, r.RemovedLater(plan, id)...)
	}
	return users
}

// delete deletes the group, even if it has members who leave it in this run according
// to its plan.
func (r *groupResource) delete(ctx context.Context, id string, force bool, leaving []string) error {
	defer r.Client.Lock(lockGroup, id)()
	err := r.Client.DeleteGroup(ctx, id, force)
	if !client.IsBadRequest(err) || force || len(leaving) == 0 {
		return err
	}
	members, lookup := r.Client.Members(ctx, id)
	if lookup != nil || slices.ContainsFunc(members, func(a api.Assignment) bool { return !slices.Contains(leaving, a.UserID) }) {
		return err
	}
	if forced := r.Client.DeleteGroup(ctx, id, true); !client.IsForbidden(forced) {
		return forced
	}
	return err
}

// stillMembers names the members of a group that was not deleted.
func (r *groupResource) stillMembers(ctx context.Context, state groupModel) string {
	group := api.Group{ID: state.ID.ValueString(), UserType: access.UserType(state.UserType.ValueString())}
	members, err := r.MemberNames(ctx, group, "delete of group")
	if err != nil || len(members) == 0 {
		return "members"
	}
	names := make([]string, 0, len(members))
	for _, name := range members {
		names = append(names, name)
	}
	slices.Sort(names)
	return "the members " + plumbing.JoinNames(names)
}

// warnOfKept names what a group keeps if its configuration omits an argument that was
// set before.
func (r *groupResource) warnOfKept(ctx context.Context, plan, state groupModel) (diags diag.Diagnostics) {
	if plan.Mixins.IsNull() && state.Mixins.ValueString() != "" && strings.Trim(state.Mixins.ValueString(), "{} \n\t") != "" {
		diags.AddAttributeWarning(path.Root("mixins"), "Custom Attributes Kept: "+state.ID.ValueString(),
			fmt.Sprintf("Without mixins, custom attributes are not managed here: group %s keeps those it has. To remove them, set mixins = \"{}\".", groupLabel(state)))
	}
	if !plan.AccessControlIDs.IsNull() || len(plumbing.Strings(state.AccessControlIDs)) == 0 || r.Data == nil || r.Client == nil {
		return diags
	}
	group, err := r.Client.Group(ctx, state.ID.ValueString())
	if err != nil {
		return diags // the apply reports the error
	}
	stay := slices.DeleteFunc(unexplained(group.AccessControls, plan.isVendorRole()), func(id string) bool {
		return r.Uses.Removed(plumbing.Object{Kind: plumbing.KindControl, ID: id})
	})
	if len(stay) > 0 {
		slices.Sort(stay)
		diags.AddAttributeWarning(path.Root("access_control_ids"), "Access Controls Kept: "+group.ID,
			fmt.Sprintf("Without access_control_ids, additional access controls are not managed here: group %s keeps the access controls %s, and its members keep the access they give. "+
				"To remove them, set access_control_ids = [].", plumbing.GroupLabel(*group), strings.Join(stay, ", ")))
	}
	return diags
}
