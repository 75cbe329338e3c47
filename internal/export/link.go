package export

import "slices"

// link is a type and the attribute by which an argument names its objects.
type link struct{ to, by string }

// links lists the arguments that name other objects. The first link that leads
// to an exported object is used.
var links = map[string]map[string][]link{
	typeUser: {"preferred_site": {{typeSite, "code"}}},
	typeGroup: {
		"role_template":      {{typeTemplate, "id"}},
		"access_control_ids": {{typeControl, "id"}},
		"restrictions":       {{typeRestriction, "value"}, {typeSite, "code"}},
		"vendor_id":          {{typeVendor, "id"}},
	},
	typeMembers:    {"group_id": {{typeGroup, "id"}}, "members": {{typeUser, "id"}}},
	typeMembership: {"group_id": {{typeGroup, "id"}}, "user_id": {{typeUser, "id"}}},
	typeUserGroups: {"group_ids": {{typeGroup, "id"}}, "user_id": {{typeUser, "id"}}},
	typeTemplate:   {"based_on": {{typeTemplate, "id"}}},
	typeControl:    {"scopes": {{typeScope, "id"}}},
	typeVendor:     {"parent_id": {{typeVendor, "id"}}},
	typeSettings:   {"values": {{typeSite, "code"}}},
	typeAssignment: {"member_id": {{typeTeamMember, "id"}}, "product": {{typeProduct, "id"}}},
	typeOwner:      {"member_id": {{typeTeamMember, "id"}}},
}

// index holds the reference to each object, by link and by the value of the
// link's attribute.
type index map[link]map[string]string

func newIndex(objects []Object, names []string) index {
	x := index{}
	add := func(l link, value, to string) {
		if x[l] == nil {
			x[l] = map[string]string{}
		}
		x[l][value] = to
	}
	for i, o := range objects {
		for _, by := range []string{"id", "value", "code"} {
			if value := o.text(by); value != "" {
				add(link{o.Type, by}, value, o.Type+"."+names[i]+"."+by)
			}
		}
		groups := vendorGroups(o)
		if len(groups) < 4 {
			continue // group_ids is unknown until the API has created all four
		}
		for kind, id := range groups {
			add(link{typeGroup, "id"}, id, o.Type+"."+names[i]+".group_ids["+quoted(kind)+"]")
		}
	}
	return x
}

// find returns the reference to the object that an argument names, or "" if that
// object is not exported.
func (x index) find(typeName, argument, value string) string {
	for _, l := range links[typeName][argument] {
		if to := x[l][value]; to != "" {
			return to
		}
	}
	return ""
}

// kinds lists the files of a configuration and the types in each, in order of
// dependency.
var kinds = []struct {
	file  string
	types []string
}{
	{"sites.tf", []string{typeSite}},
	{"restrictions.tf", []string{typeSettings, typeRestriction}},
	{"scopes.tf", []string{typeScope}},
	{"access_controls.tf", []string{typeControl}},
	{"role_templates.tf", []string{typeTemplate}},
	{"vendors.tf", []string{typeVendor}},
	{"groups.tf", []string{typeGroup}},
	{"users.tf", []string{typeUser}},
	{"company_domains.tf", []string{typeDomains}},
	{"memberships.tf", []string{typeMembers, typeMembership, typeUserGroups}},
	{"team.tf", []string{typeTeamMember, typeOwner, typeProduct, typeAssignment}},
	{"make.tf", []string{typeMake}},
}

// fileOf returns the name of the file that holds a type.
func fileOf(typeName string) string {
	for _, k := range kinds {
		if slices.Contains(k.types, typeName) {
			return k.file
		}
	}
	return "others.tf"
}

// rank returns the position of a type in kinds.
func rank(typeName string) int {
	n := 0
	for _, k := range kinds {
		for _, t := range k.types {
			if t == typeName {
				return n
			}
			n++
		}
	}
	return n
}
