package review

import (
	"slices"

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// priorState returns the tenant as the prior state of the plan knows it: the
// objects that are managed or read there, and the predefined groups. It is
// built by creating each object of the state.
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

// created are the actions with which an object of the state is built.
var created = tfjson.Actions{tfjson.ActionCreate}

// readTypes lists the types whose data source of the same name has the same
// attributes.
var readTypes = []string{"iam_user", "iam_group", "iam_vendor"}

// scopesNamed returns all scopes that an object names. Offline, they exist
// until the plan deletes them.
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
