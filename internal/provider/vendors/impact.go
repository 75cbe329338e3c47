package vendors

import (
	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// step returns the change of a vendor for the guardrails: a destroy can delete
// the groups. A nil plan is a destroy, a nil state a creation; replaces is set
// if the creation replaces a vendor with the same id.
func (r *vendorResource) step(replaces bool) func(plan, state *vendorModel) func(*access.Tenant) {
	return func(plan, state *vendorModel) func(*access.Tenant) {
		return func(t *access.Tenant) {
			gone := state
			switch {
			case replaces:
				gone = plan
			case plan != nil && (state == nil || !plumbing.IsSet(plan.ID) || plan.ID.Equal(state.ID)):
				return
			}
			if gone.DeleteGroups.ValueBool() {
				t.RemoveVendorGroups(gone.ID.ValueString())
			}
		}
	}
}
