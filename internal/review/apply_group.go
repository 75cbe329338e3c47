package review

import (
	"slices"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// nameGroup records the address of a group, and whether the group is for
// customers.
func (a *applied) nameGroup(c change) {
	id := c.before.text("id")
	if c.deposed == "" {
		a.groups[c.address] = id
	}
	if c.before.text("user_type") == string(access.Customer) {
		a.outside[id] = true
	}
}

// idOf returns the id of a created object, or its address if the id is known
// only after the apply.
func idOf(c change) string {
	if c.isUnknown("id") {
		return c.address
	}
	return c.after.text("id")
}

// endGroup removes a group. A group that is replaced under the same id keeps
// its members if it is for the same kind of users.
func (a *applied) endGroup(c change) {
	before := c.before
	id := before.text("id")
	stays := c.replacesSame("id") && c.replacesSame("user_type") && c.replacesSame("vendor_id")
	force, _ := before["force_delete"].(bool)
	if n := len(a.Members(id)); n > 0 && !force && (!stays || !c.actions.CreateBeforeDestroy()) { // a replacement that creates first does not delete
		a.note(c, "the group still has members (%d) and force_delete is not set: the apply fails unless they are removed first", n)
	}
	if stays {
		return
	}
	a.RemoveGroup(id)
	delete(a.outside, id)
}

// putGroup sets a group to its planned access.
func (a *applied) putGroup(c change) {
	after := c.after
	id := idOf(c)
	a.groups[c.address] = id
	if after.text("user_type") == string(access.Customer) {
		a.outside[id] = true
		return
	}
	g, exists := a.Group(id)
	g.ID = id
	if name := after.label(); name != "" {
		g.Name = name
	}
	if vendor, known := a.otherOf(c, "vendor_id", "iam_vendor"); known {
		g.VendorID = vendor
	} else {
		a.note(c, "the vendor of the group is not known before the apply")
	}
	if c.isUnknown("restrictions") {
		a.note(c, "some restrictions of the group are not known before the apply")
		if exists {
			g.Restrictions = union(g.Restrictions, after.texts("restrictions"))
		}
	} else {
		g.Restrictions = after.texts("restrictions")
	}
	g.Controls, g.Templates = a.controlsOf(c, g), nil
	a.SetGroup(g)
}

// controlsOf returns the access controls of a planned group: those of its
// levels and those that it lists. If it lists none, the group keeps its
// controls that no level stands for. Unknown parts are left out.
func (a *applied) controlsOf(c change, present access.Group) []string {
	levels := c.after.effectiveAccess()
	if c.isUnknown("effective_access") {
		a.note(c, "part of the access that the group gives is not known before the apply")
		levels = a.knownLevels(c, present)
	}
	role := c.after.text("role_template")
	if role != access.VendorRole {
		levels = access.Attainable(levels, a.Rights().Has)
	}
	ids := access.RoleControlIDs(role, levels)
	listed := c.after.texts("access_control_ids")
	if c.after["access_control_ids"] == nil && !c.isUnknown("access_control_ids") {
		listed = slices.DeleteFunc(slices.Clone(present.Controls), func(id string) bool { return givesLevel(id, role) })
	}
	for _, id := range listed {
		if !a.Rights().Knows(id) && !a.prior {
			a.note(c, "what the access control %s gives is not known", id)
		}
	}
	return union(ids, listed)
}

// knownLevels returns the levels of a group as far as they are known. Unknown
// levels keep their present value.
func (a *applied) knownLevels(c change, present access.Group) access.Access {
	is := a.Rights().Access(present)
	vendorRole := c.after.text("role_template") == access.VendorRole
	if vendorRole {
		is = a.Rights().VendorAccess(present)
	}
	base := is
	if id, known := a.otherOf(c, "role_template", "iam_role_template"); known {
		base = a.Rights().TemplateAccess(id)
	}
	own, stays := levelsOf(c.after.textMap("access")), is.Map()
	switch unknown := c.unknown["access"].(type) {
	case bool:
		if unknown {
			return access.Merge(base, is)
		}
	case map[string]any:
		for entity := range unknown {
			own[entity] = stays[entity]
		}
	}
	if vendorRole {
		return access.ExpandVendor(own)
	}
	return access.ExpandOn(base, own, c.after.texts("access_control_ids")...)
}

// givesLevel reports whether the access control stands for a level of the
// catalog or, in a group with the role of a vendor, on the vendor's own records.
func givesLevel(id, role string) bool {
	c, ok := access.ControlByID(id)
	return ok && c.Entity != "" && (role == access.VendorRole || !c.VendorAware)
}

// union returns the elements of both lists without duplicates.
func union(a, b []string) []string {
	all := slices.Clone(a)
	for _, v := range b {
		if !slices.Contains(all, v) {
			all = append(all, v)
		}
	}
	return all
}

// otherOf returns the id of the role template or vendor that an attribute
// names, or "" if it names none.
func (a *applied) otherOf(c change, attribute, wanted string) (id string, known bool) {
	if !c.isUnknown(attribute) {
		return c.after.text(attribute), true
	}
	address, sure := a.find.resolve(c, attribute, wanted).one()
	return a.others[address], sure && a.others[address] != ""
}
