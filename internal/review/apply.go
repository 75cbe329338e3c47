package review

import (
	"fmt"
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// applied is a tenant in memory to which the changes of a plan are applied.
type applied struct {
	*access.Tenant

	name      string
	find      *resolver
	users     map[string]access.StateUser // by address; includes members of the team
	groups    map[string]string           // ids by address; for a vendor's groups, by address and kind
	others    map[string]string           // ids of templates and vendors by address
	outside   map[string]bool             // ids of groups that are not for employees
	members   map[string]string           // e-mail addresses of team members by id
	bases     map[string]template         // the tenant's own role templates by id
	prior     bool                        // it is built from a prior state, which can name users that it does not hold
	transfers bool                        // the plan transfers the ownership of the team
	offline   bool
	problems  []Unresolved
}

func newApplied(name string, s access.State, find *resolver) *applied {
	return &applied{
		Tenant: access.NewTenant(s), name: name, find: find, users: map[string]access.StateUser{}, groups: map[string]string{}, others: map[string]string{},
		outside: map[string]bool{}, members: map[string]string{}, bases: map[string]template{},
	}
}

// apply applies the changes of a plan to a tenant. Removals come first, so
// access that moves from one object to another is kept.
func (a *applied) apply(t *part) {
	a.readData(t)
	for _, i := range t.actions {
		if i.first() {
			a.invoke(i)
		}
	}
	all := rules()
	for _, r := range slices.Backward(all) {
		for _, c := range t.changes {
			if c.typeName == r.typeName && r.end != nil && a.ends(c) {
				r.end(a, c)
			}
		}
	}
	for _, r := range all {
		for _, c := range t.changes {
			if c.typeName == r.typeName && r.put != nil && c.does(tfjson.ActionCreate, tfjson.ActionUpdate) {
				r.put(a, c)
			}
		}
	}
	for _, i := range t.actions {
		if !i.first() {
			a.invoke(i)
		}
	}
}

// learn records the object at each address, and notes types that it does not
// know.
func (a *applied) learn(t *part) {
	for _, p := range t.prior {
		if p.typeName == "iam_team_member" {
			a.members[p.values.text("id")] = p.values.text("email")
		}
	}
	for _, i := range t.actions {
		a.transfers = a.transfers || i.typeName == "iam_transfer_team_owner"
	}
	for _, c := range t.changes {
		a.transfers = a.transfers || c.typeName == "iam_team_owner" && c.does(tfjson.ActionCreate, tfjson.ActionUpdate)
		r, known := ruleOf(c.typeName)
		switch {
		case !known && c.changes():
			a.note(c, "this release does not know how the type %s affects access", c.typeName)
		case r.name != nil && c.before != nil:
			r.name(a, c)
		}
	}
}

// moves lists the attributes that decide which relation an object stands for.
// When one of them changes in place, the previous relation ends.
var moves = map[string][]string{
	"iam_group_membership":   {"group_id", "user_id"},
	"iam_group_members":      {"group_id"},
	"iam_user_groups":        {"user_id"},
	"iam_product_assignment": {"member_id", "product"},
	"iam_users_csv":          {"csv"},
}

// ends reports whether the object ends in its previous form, at least in part.
// An unknown attribute does not end it, because the new value could be the
// same.
func (a *applied) ends(c change) bool {
	if c.does(tfjson.ActionDelete) {
		return true
	}
	return c.does(tfjson.ActionUpdate) && slices.ContainsFunc(moves[c.typeName], func(attribute string) bool {
		if !c.isUnknown(attribute) {
			return c.before.text(attribute) != c.after.text(attribute)
		}
		wanted := map[string]string{"group_id": "iam_group", "user_id": "iam_user", "member_id": "iam_team_member"}[attribute]
		_, sure := a.find.resolve(c, attribute, wanted).one()
		return sure
	})
}

// replacesSame reports whether the change replaces an object by one with the
// same attribute. The provider then restores what other resources gave the
// previous object.
func (c change) replacesSame(attribute string) bool {
	return c.does(tfjson.ActionCreate) && !c.isUnknown(attribute) && strings.EqualFold(c.before.text(attribute), c.after.text(attribute))
}

func (a *applied) note(c change, format string, args ...any) { a.noteAt(c.address, format, args...) }

func (a *applied) noteAt(address, format string, args ...any) {
	a.problems = append(a.problems, Unresolved{a.name, address, fmt.Sprintf(format, args...)})
}
