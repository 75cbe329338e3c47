package review

import (
	"slices"

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// priorState is the tenant as far as the state that the plan started from knows
// it: what is managed there or was read, and the predefined groups. An object of
// a state is as if it had just been made.
func priorState(resources []priorResource, changes []change) access.State {
	start := access.State{Rights: access.Rights{Controls: map[string]access.OwnControl{}, Templates: map[string][]string{}, Scopes: scopesNamed(resources, changes)}}
	for _, g := range access.PredefinedGroups() {
		if g.UserType == access.Employee {
			start.Groups = append(start.Groups, access.Group{ID: g.ID, Name: g.Name, Controls: g.Controls})
		}
	}
	a := newApplied("", start, &resolver{})
	a.prior = true
	for _, r := range rules() {
		for _, p := range resources {
			if p.typeName == r.typeName && r.put != nil && (p.mode == managed || slices.Contains(readTypes, p.typeName)) {
				r.put(a, change{address: p.address, mode: p.mode, typeName: p.typeName, after: p.values, actions: created})
			}
		}
	}
	return a.State()
}

// created are the actions of an object that is as if it had just been made.
var created = tfjson.Actions{tfjson.ActionCreate}

// readTypes are the types that a data source of the same name shows alike.
var readTypes = []string{"iam_user", "iam_group", "iam_vendor"}

// scopesNamed are the scopes that anything names: where nobody is asked, they
// exist until the plan deletes them.
func scopesNamed(resources []priorResource, changes []change) map[string]bool {
	names := map[string]bool{}
	add := func(v values) {
		for _, scope := range v.texts("scopes") {
			names[scope] = true
		}
	}
	for _, r := range resources {
		add(r.values)
	}
	for _, c := range changes {
		add(c.after)
	}
	return names
}
