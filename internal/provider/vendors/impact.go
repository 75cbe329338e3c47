package vendors

import (
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// step returns the change of a vendor for the guardrails: a destroy can delete
// the groups, and an update change what product managers can do. A nil plan is a destroy, a nil state a creation; replaces is set
// if the creation replaces a vendor with the same id.
func (r *vendorResource) step(replaces bool) func(plan, state *vendorModel) func(*access.Tenant) {
	return func(plan, state *vendorModel) func(*access.Tenant) {
		return func(t *access.Tenant) {
			gone := state
			switch {
			case replaces:
				gone = plan
			case plan != nil && state != nil && plan.ID.Equal(state.ID):
				publishingStep(plan, state, t)
				return
			case plan != nil && (state == nil || !plumbing.IsSet(plan.ID)):
				return
			}
			if gone.DeleteGroups.ValueBool() {
				t.RemoveVendorGroups(gone.ID.ValueString())
			}
		}
	}
}

// publishingStep gives the vendor's product managers the rights to publish, or takes
// them away. A new vendor has no members yet.
func publishingStep(plan, state *vendorModel, t *access.Tenant) {
	id, _ := state.GroupIDs.Elements()[access.VendorPublisher].(types.String)
	g, ok := t.Group(id.ValueString())
	if !ok || !plumbing.IsSet(plan.Publishing) || plan.Publishing.Equal(state.Publishing) {
		return
	}
	g.Controls = access.SetPublishing(g.Controls, plan.Publishing.ValueBool())
	t.SetGroup(g)
}
