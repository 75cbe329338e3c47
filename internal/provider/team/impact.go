package team

import (
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// These functions return the change of each resource for the guardrails. A nil
// plan is a destroy, a nil state a creation. Unknown values are left out: the
// change is checked again in the apply, when all values are known.

func memberStep(plan, state *memberModel) func(*access.Tenant) {
	return func(t *access.Tenant) {
		if state != nil && (plan == nil || plumbing.IsSet(plan.Email) && !api.SameEmail(plan.Email.ValueString(), state.Email.ValueString())) {
			t.LeaveTeam(access.StateUser{ID: state.ID.ValueString(), Email: state.Email.ValueString()})
		}
		if plan == nil || !plumbing.IsSet(plan.Email) || !plumbing.IsSet(plan.Role) {
			return
		}
		// By e-mail address: another address is another person with another id.
		is := access.StateUser{Email: plan.Email.ValueString()}
		if present, ok := t.User(is); !ok || present.Team == nil || present.Team.Role != access.RoleOwner {
			t.SetTeam(is, access.TeamRole(plan.Role.ValueString()))
		}
	}
}

func ownerStep(plan, _ *ownerModel) func(*access.Tenant) {
	return func(t *access.Tenant) {
		if plan != nil && plumbing.IsSet(plan.MemberID) {
			t.SetOwner(access.StateUser{ID: plan.MemberID.ValueString()})
		}
	}
}

func assignmentStep(plan, state *assignmentModel) func(*access.Tenant) {
	member := func(id types.String) access.StateUser { return access.StateUser{ID: id.ValueString()} }
	return func(t *access.Tenant) {
		if state != nil && (plan == nil || !plan.MemberID.Equal(state.MemberID) || !plan.Product.Equal(state.Product)) {
			t.Unassign(member(state.MemberID), state.Product.ValueString())
		}
		if plan != nil && plumbing.IsSet(plan.MemberID) && plumbing.IsSet(plan.Product) && !plan.Role.IsUnknown() && !plan.Permissions.IsUnknown() {
			t.Assign(member(plan.MemberID), plan.Product.ValueString(), plan.how())
		}
	}
}

func productStep(plan, state *productModel) func(*access.Tenant) {
	return func(t *access.Tenant) {
		if state != nil && (plan == nil || plumbing.IsSet(plan.ID) && !plan.ID.Equal(state.ID)) {
			t.RemoveProduct(state.ID.ValueString())
		}
		if plan != nil && plumbing.IsSet(plan.ID) && !plan.Roles.IsUnknown() {
			t.SetProduct(plan.product())
		}
	}
}
