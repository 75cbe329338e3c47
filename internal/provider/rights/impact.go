package rights

import (
	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// These functions return the change of each resource for the guardrails. A nil
// plan is a destroy, a nil state a creation. Unknown values are left out: the
// change is checked again in the apply, when all values are known.

func controlStep(plan, state *accessControlModel) func(*access.Tenant) {
	return func(t *access.Tenant) {
		if state != nil && (plan == nil || !plan.ID.Equal(state.ID)) {
			t.RemoveControl(state.ID.ValueString())
		}
		if plan == nil || !plumbing.IsSet(plan.ID) || !plumbing.FullyKnown(plan.Scopes) {
			return
		}
		var before accessControlModel
		if state != nil {
			before = *state
		}
		t.SetControl(plan.ID.ValueString(), plan.gives(before))
	}
}

func scopeStep(plan, state *scopeModel) func(*access.Tenant) {
	return func(t *access.Tenant) {
		if state != nil && (plan == nil || !plan.ID.Equal(state.ID)) {
			t.SetScope(state.ID.ValueString(), false)
		}
		if plan != nil && plumbing.IsSet(plan.ID) {
			t.SetScope(plan.ID.ValueString(), true)
		}
	}
}
