package rights

import (
	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// What the plan of each resource changes for the guardrails. A nil plan is a
// destroy, a nil state a creation. What is not known yet is left out: the change
// is judged when it is applied, when all is known.

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
