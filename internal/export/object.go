package export

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Object is an object of a tenant as the type that manages it has it. Values are
// strings, booleans, int64, []any and map[string]any.
type Object struct {
	Type      string // such as iam_user
	ImportID  string
	Name      string         // for people
	Arguments map[string]any // what a configuration has to say
	Decided   map[string]any // what the API decides
}

// text returns an argument, or what the API decided; empty when it is no text.
func (o Object) text(name string) string {
	for _, values := range []map[string]any{o.Arguments, o.Decided} {
		if text, ok := values[name].(string); ok {
			return text
		}
	}
	return ""
}

// is reports whether an argument is on.
func (o Object) is(name string) bool {
	on, ok := o.Arguments[name].(bool)
	if !ok {
		on, _ = o.Decided[name].(bool)
	}
	return on
}

// Types that manage memberships. Two that manage the same one would undo each
// other's work.
const (
	typeUser        = "iam_user"
	typeGroup       = "iam_group"
	typeMembers     = "iam_group_members"
	typeMembership  = "iam_group_membership"
	typeUserGroups  = "iam_user_groups"
	typeRestriction = "iam_restriction"
	typeSettings    = "iam_restriction_settings"
	typeVendor      = "iam_vendor"
	typeSite        = "iam_site"
	typeTemplate    = "iam_role_template"
	typeControl     = "iam_access_control"
	typeScope       = "iam_scope"
	typeTeamMember  = "iam_team_member"
	typeOwner       = "iam_team_owner"
	typeAssignment  = "iam_product_assignment"
	typeMake        = "iam_make_organization"
)

// Filter chooses what is exported. Its zero value chooses all, with the members
// of a group in one resource.
type Filter struct {
	Types  []string
	Groups []string // ids: these groups, their memberships and their members
	Emails []string // these users, and their memberships elsewhere one by one
}

// Exports reports whether objects of a type may be exported.
func (f Filter) Exports(name string) bool {
	switch {
	case len(f.Types) > 0:
		return slices.Contains(f.Types, name)
	case len(f.Groups)+len(f.Emails) > 0:
		return slices.Contains([]string{typeUser, typeGroup, typeMembers, typeMembership}, name)
	}
	return name != typeMembership && name != typeUserGroups // typeMembers has them
}

// Needs returns the types to read: those to export, and those that tell how.
func (f Filter) Needs(all []string) []string {
	references := []string{typeOwner, typeVendor, typeSettings}
	if len(f.Emails) > 0 {
		references = append(references, typeUser)
	}
	if len(f.Groups) > 0 {
		references = append(references, typeMembers)
	}
	return slices.DeleteFunc(slices.Clone(all), func(name string) bool { return !f.Exports(name) && !slices.Contains(references, name) })
}

// Check refuses types that do not exist, and types that manage the same thing.
func (f Filter) Check(all []string) error {
	for _, name := range f.Types {
		if !slices.Contains(all, name) {
			return fmt.Errorf("there is no type %s to export: choose among %s", name, strings.Join(all, ", "))
		}
	}
	for _, same := range [][]string{{typeMembers, typeMembership, typeUserGroups}, {typeRestriction, typeSettings}} {
		var chosen []string
		for _, name := range same {
			if slices.Contains(f.Types, name) {
				chosen = append(chosen, name)
			}
		}
		if len(chosen) > 1 {
			return fmt.Errorf("%s manage the same: choose one of them", strings.Join(chosen, " and "))
		}
	}
	return nil
}

// choice is what a filter means for the objects of a tenant.
type choice struct {
	Filter
	partial  bool            // some users and groups only
	users    map[string]bool // ids of the users that are named
	members  map[string]bool // ids of the users in the groups that are named
	settings bool            // restrictions are tied to sites: the settings manage the list
	made     map[string]bool // ids of the groups that the API made for a vendor
}

// selected returns the objects that the filter chooses, each managed once.
func selected(objects []Object, f Filter) ([]Object, error) {
	c := choice{Filter: f, partial: len(f.Groups)+len(f.Emails) > 0, users: map[string]bool{}, members: map[string]bool{}, made: map[string]bool{}}
	missing := slices.Clone(f.Emails)
	for _, o := range objects {
		switch o.Type {
		case typeUser:
			named := func(email string) bool { return strings.EqualFold(email, o.text("email")) }
			c.users[o.text("id")] = slices.ContainsFunc(f.Emails, named)
			missing = slices.DeleteFunc(missing, named)
		case typeMembers:
			if members, _ := o.Arguments["members"].(map[string]any); slices.Contains(f.Groups, o.text("group_id")) {
				for _, id := range members {
					c.members[fmt.Sprint(id)] = true
				}
			}
		case typeSettings:
			c.settings = o.is("sync_with_sites")
		case typeVendor:
			for _, id := range vendorGroups(o) {
				c.made[id] = true
			}
		}
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("no user of the tenant has the e-mail address %s", strings.Join(missing, ", "))
	}
	objects = slices.DeleteFunc(slices.Clone(objects), func(o Object) bool { return !c.takes(o) })
	slices.SortStableFunc(objects, func(a, b Object) int { return cmp.Compare(rank(a.Type), rank(b.Type)) })
	return objects, nil
}

// takes reports whether an object is exported.
func (c choice) takes(o Object) bool {
	if !c.Exports(o.Type) || o.Type == typeGroup && c.made[o.text("id")] {
		return false
	}
	if c.partial {
		switch o.Type {
		case typeUser:
			return c.users[o.text("id")] || c.members[o.text("id")]
		case typeGroup:
			return slices.Contains(c.Groups, o.text("id"))
		case typeMembers:
			return slices.Contains(c.Groups, o.text("group_id"))
		case typeMembership:
			return c.users[o.text("user_id")] && (len(c.Types) > 0 || !slices.Contains(c.Groups, o.text("group_id")))
		case typeUserGroups:
			return c.users[o.text("user_id")]
		}
	}
	switch {
	case len(c.Types) > 0:
	case o.Type == typeRestriction:
		return !c.settings
	case o.Type == typeSettings:
		return c.settings
	}
	return true
}

// vendorGroups returns the ids of the groups that the API made for a vendor, by
// what their members do.
func vendorGroups(o Object) map[string]string {
	groups, _ := o.Decided["group_ids"].(map[string]any)
	ids := map[string]string{}
	for kind, id := range groups {
		ids[kind] = fmt.Sprint(id)
	}
	return ids
}
