package review

import "github.com/access-config/terraform-provider-iam/internal/access"

// putMake does what a change of the Make organization does to its members: those
// of another one are none whom the sync knows.
func (a *applied) putMake(c change) {
	if before := c.before; before != nil && before.text("organization_id") != c.after.text("organization_id") {
		a.make.Members = nil
	}
	a.make.Prune, _ = c.after["prune_stale"].(bool)
}

// endMake ends the sync, and with it what is known of its members.
func (a *applied) endMake(change) { a.make = access.MakeState{} }
