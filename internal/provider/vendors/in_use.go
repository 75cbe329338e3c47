package vendors

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// ModifyPlan returns an error for a parent that the plan destroys, and names
// what blocks a destroy or is deleted with it.
func (r *vendorResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	key := r.PlanKey(ctx, req, resp)
	defer r.PlanAdoption(ctx, key, req, resp)
	resp.Diagnostics.Append(plumbing.CheckPlanImpact(ctx, r.Data, req.Plan, req.State, r.step(key.Replaces && !key.Removed))...)
	if r.Data == nil || r.Client == nil {
		return
	}
	var plan, state vendorModel
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		if !resp.Diagnostics.HasError() {
			r.planDestroy(ctx, state, &resp.Diagnostics)
		}
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !plumbing.IsSet(plan.ID) {
		return
	}
	by := plumbing.Object{Kind: plumbing.KindVendor, ID: plan.ID.ValueString()}
	r.Uses.NoteKept(by)
	parent := plan.ParentID.ValueString()
	r.Uses.NoteUses(by, plumbing.KindVendor, []string{parent}, !plan.ParentID.IsUnknown())
	if r.Uses.Removed(plumbing.Object{Kind: plumbing.KindVendor, ID: parent}) {
		resp.Diagnostics.AddAttributeError(path.Root("parent_id"), "Vendor Destroyed And Used",
			fmt.Sprintf("This plan destroys vendor %s, and vendor %s is below it. Name another parent, or keep that vendor.", parent, by.ID))
	}
}

// planDestroy names the child vendors and the members of the groups, except
// those that the plan has already removed.
func (r *vendorResource) planDestroy(ctx context.Context, state vendorModel, diags *diag.Diagnostics) {
	id := state.ID.ValueString()
	o := plumbing.Object{Kind: plumbing.KindVendor, ID: id}
	r.Uses.NoteRemoval(o)
	below, err := r.below(ctx, o, diags)
	var members []string
	if err == nil {
		members, err = r.members(ctx, id)
	}
	switch {
	case client.IsForbidden(err):
		return // Delete reports what blocks it
	case err != nil:
		diags.Append(plumbing.Unable("read", "groups and vendors", "of vendor "+id, err))
		return
	}
	const later = "Terraform plans in no fixed order, so the plan can still remove them."
	if len(below) > 0 {
		diags.AddWarning("Vendor In Use: "+id, fmt.Sprintf("Vendor %s is the parent of %s, as far as this plan has progressed. The apply deletes it only after they are deleted or have another parent. %s", label(state), plumbing.JoinNames(below), later))
	}
	if len(members) == 0 {
		return
	}
	ends := "The apply deletes the vendor only after they have left its groups. " + later + " To delete it together with its groups, set delete_groups = true and apply that first."
	if state.DeleteGroups.ValueBool() {
		ends = "With delete_groups = true, the apply removes them and deletes the groups."
	}
	diags.AddWarning("Vendor Has Members: "+id, fmt.Sprintf("Groups of vendor %s still have members, as far as this plan has progressed:\n\n  %s\n\n%s", label(state), strings.Join(members, "\n  "), ends))
}

// below returns the child vendors of a vendor. A child that keeps its parent in
// this plan is an error.
func (r *vendorResource) below(ctx context.Context, o plumbing.Object, diags *diag.Diagnostics) (ids []string, err error) {
	vendors, err := r.Client.Vendors(ctx)
	for _, v := range vendors {
		if v.ParentID != o.ID {
			continue
		}
		switch r.Uses.Planned(o, plumbing.Object{Kind: plumbing.KindVendor, ID: v.ID}) {
		case plumbing.UseDropped:
		case plumbing.UseKept:
			diags.AddError("Unable to delete vendor", fmt.Sprintf("Vendor %s: this plan destroys it but keeps it in use. Vendor '%s' refers to it: give that vendor another parent_id in the same change, or keep the parent.", o.ID, v.ID))
		default:
			ids = append(ids, v.ID)
		}
	}
	slices.Sort(ids)
	return ids, err
}

// members names the groups of a vendor that keep members, and these members.
func (r *vendorResource) members(ctx context.Context, id string) (lines []string, err error) {
	groups, err := r.Client.ReadGroups(ctx, "destroy of vendor "+id)
	for _, g := range groups {
		if err != nil || g.VendorID != id {
			continue
		}
		var members map[string]string
		members, err = r.MemberNames(ctx, g, "destroy of vendor "+id)
		stay := r.staying(g, members)
		if len(stay) > 0 {
			lines = append(lines, fmt.Sprintf("group %s: %s", plumbing.GroupLabel(g), plumbing.JoinNames(stay)))
		}
	}
	return lines, err
}

// staying names the members that the plan does not remove from the group.
func (r *vendorResource) staying(g api.Group, members map[string]string) (names []string) {
	for user, name := range members {
		if !r.Leaving(g.ID, plumbing.Person{ID: user, Email: name}) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// delete deletes the vendor and, if groups is set, first its groups.
func (r *vendorResource) delete(ctx context.Context, id string, groups bool) error {
	defer r.Client.Lock(lockVendor, id)()
	if groups {
		if err := r.deleteGroups(ctx, id); err != nil {
			return fmt.Errorf("deleting its groups: %w", err)
		}
	}
	return r.Client.DeleteVendor(ctx, id)
}
