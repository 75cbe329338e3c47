package export

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Object is an object of a tenant in the attributes of its resource type.
// Values are strings, booleans, int64, []any and map[string]any.
type Object struct {
	Type      string // such as iam_user
	ImportID  string
	Name      string         // for people
	Arguments map[string]any // set in the configuration
	Decided   map[string]any // computed by the API
}

// text returns a string argument or computed value, or "" if it is not a
// string.
func (o Object) text(name string) string {
	for _, values := range []map[string]any{o.Arguments, o.Decided} {
		if text, ok := values[name].(string); ok {
			return text
		}
	}
	return ""
}

// is reports whether a boolean argument or computed value is true.
func (o Object) is(name string) bool {
	on, ok := o.Arguments[name].(bool)
	if !ok {
		on, _ = o.Decided[name].(bool)
	}
	return on
}

// The types that export knows by name.
const (
	typeUser        = "iam_user"
	typeGroup       = "iam_group"
	typeMembers     = "iam_group_members"
	typeMembership  = "iam_group_membership"
	typeUserGroups  = "iam_user_groups"
	typeRestriction = "iam_restriction"
	typeSettings    = "iam_restriction_settings"
	typeDomains     = "iam_company_domains"
	typeVendor      = "iam_vendor"
	typeSite        = "iam_site"
	typeTemplate    = "iam_role_template"
	typeControl     = "iam_access_control"
	typeScope       = "iam_scope"
	typeTeamMember  = "iam_team_member"
	typeOwner       = "iam_team_owner"
	typeProduct     = "iam_product"
	typeAssignment  = "iam_product_assignment"
	typeMake        = "iam_make_organization"
)

// Filter selects what is exported. The zero value selects everything, with one
// resource for all members of a group.
type Filter struct {
	Types  []string
	Groups []string // ids: these groups, their memberships and their members
	Emails []string // these users, and a resource for each of their other memberships
}

// Exports reports whether objects of a type can be exported.
func (f Filter) Exports(name string) bool {
	switch {
	case len(f.Types) > 0:
		return slices.Contains(f.Types, name)
	case len(f.Groups)+len(f.Emails) > 0:
		return slices.Contains([]string{typeUser, typeGroup, typeMembers}, name) || name == typeMembership && len(f.Emails) > 0
	}
	return name != typeMembership && name != typeUserGroups // typeMembers covers both
}

// Needs returns the types to read: those to export, and those that decide how
// others are exported.
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

// Check returns an error for types that do not exist, and for types that manage
// the same objects.
func (f Filter) Check(all []string) error {
	for _, name := range f.Types {
		if !slices.Contains(all, name) {
			return fmt.Errorf("cannot export the type %s: choose from %s", name, strings.Join(all, ", "))
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
			return fmt.Errorf("%s manage the same objects: choose one of them", strings.Join(chosen, " and "))
		}
	}
	return nil
}

// choice is a filter resolved against the objects of a tenant.
type choice struct {
	Filter
	partial  bool            // only the named users and groups
	users    map[string]bool // ids of the users that the filter names
	members  map[string]bool // ids of the members of the groups that the filter names
	settings bool            // restrictions follow sites, so iam_restriction_settings manages them
	created  map[string]bool // ids of the groups that the API created for a vendor
}

// selected returns the objects that the filter selects. No two of them manage
// the same object.
func selected(objects []Object, f Filter) ([]Object, error) {
	c := choice{Filter: f, partial: len(f.Groups)+len(f.Emails) > 0, users: map[string]bool{}, members: map[string]bool{}, created: map[string]bool{}}
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
				c.created[id] = true
			}
		}
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("no user of the tenant has the e-mail address %s", strings.Join(missing, ", "))
	}
	objects = slices.DeleteFunc(slices.Clone(objects), func(o Object) bool { return !c.includes(o) })
	slices.SortStableFunc(objects, func(a, b Object) int { return cmp.Compare(rank(a.Type), rank(b.Type)) })
	return objects, nil
}

// includes reports whether an object is exported.
func (c choice) includes(o Object) bool {
	if !c.Exports(o.Type) || o.Type == typeGroup && c.created[o.text("id")] {
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

// vendorGroups returns the ids of the groups that the API created for a vendor,
// by kind, such as order_manager.
func vendorGroups(o Object) map[string]string {
	groups, _ := o.Decided["group_ids"].(map[string]any)
	ids := map[string]string{}
	for kind, id := range groups {
		ids[kind] = fmt.Sprint(id)
	}
	return ids
}
