package review

import (
	tfjson "github.com/hashicorp/terraform-json"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// drifted adds the people whose access has already changed outside of
// Terraform: it undoes the drift in the plan and compares. Offline, the state
// in the plan stands for the tenant.
func (r *Result) drifted(t *part) {
	if len(t.drift) == 0 {
		return
	}
	now := t.before
	if t.client == nil {
		now = priorState(t.prior, t.changes)
	}
	former := newApplied(t.name, now, &resolver{})
	former.prior = true
	undo := &part{prior: t.prior}
	for _, c := range t.drift {
		undo.changes = append(undo.changes, c.undone())
	}
	former.learn(undo)
	former.apply(undo)
	for u := range access.CompareStates(former.State(), now) {
		r.Drift = append(r.Drift, Person{t.name, u})
	}
}

// undone returns the change that reverts c.
func (c change) undone() change {
	c.before, c.after = c.after, c.before
	if c.does(tfjson.ActionDelete) {
		c.actions = created
	}
	return c
}
