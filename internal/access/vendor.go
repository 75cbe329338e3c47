package access

import (
	"fmt"
	"slices"
)

// VendorGroup is one of the groups that a vendor is created with (rule 14).
type VendorGroup struct {
	Kind  string // its name in configurations, such as "order_manager"
	Label string // appended to the vendor's name in the name of the group
	// Controls are the ids of the access controls that the group is created with.
	// The first identifies the kind; the others of the product groups are for
	// prices, availability and media.
	Controls []string
}

var vendorGroups = []VendorGroup{
	{
		Kind: VendorPublisher, Label: "Vendor Product Manager",
		Controls: []string{controlID("4", "224"), controlID("4", "227"), controlID("4", "226"), controlID("4", "228")},
	},
	{
		Kind: "product_viewer", Label: "Vendor Product Viewer",
		Controls: []string{controlID("1", "232"), controlID("1", "235"), controlID("1", "234"), controlID("1", "236")},
	},
	{Kind: "order_manager", Label: "Vendor Order Manager", Controls: []string{controlID("4", "223")}},
	{Kind: "order_viewer", Label: "Vendor Order Viewer", Controls: []string{controlID("1", "231")}},
}

// VendorGroups returns the groups that every vendor is created with.
func VendorGroups() []VendorGroup { return slices.Clone(vendorGroups) }

// VendorGroupKind returns which of a vendor's groups carries these access
// controls, and false if it is none of them. A group that carries the controls of
// several kinds is a custom one. Names are not considered, since anyone may
// change them.
func VendorGroupKind(controls []string) (kind string, ok bool) {
	for _, g := range vendorGroups {
		if slices.Contains(controls, g.Controls[0]) {
			if ok {
				return "", false
			}
			kind, ok = g.Kind, true
		}
	}
	return kind, ok
}

// VendorRole is the role of a vendor's groups. It has the place of a role template,
// but grants nothing by itself: the levels of a group with this role are on the
// vendor's own records (rule 14).
const VendorRole = "vendor"

// VendorEntities returns the codes of the entities of which vendors have records of
// their own, in catalog order.
func VendorEntities() []string {
	var codes []string
	for i, area := range vendorAreas {
		if area >= 0 {
			codes = append(codes, catalog[i].Code)
		}
	}
	return codes
}

// ExpandVendor returns the levels on the vendor's own records of a group with the
// role VendorRole and these levels: derived entities follow (rule 2b), and entities
// without such records are left out.
func ExpandVendor(own map[string]Level) Access {
	levels := Expand(Access{}, own)
	for i, area := range vendorAreas {
		if area < 0 {
			levels[i] = None
		}
	}
	return levels
}

// OverlayVendor is Overlay for ExpandVendor.
func OverlayVendor(own map[string]Level, want Access) map[string]Level {
	for i, parent := range parentOf {
		if vendorAreas[i] < 0 && parent >= 0 {
			want[i] = want[parent] // follows by itself, and is left out
		}
	}
	return Overlay(Access{}, own, want)
}

// RoleControlIDs returns the ids of the access controls that grant exactly the given
// access to a group with the role template: on the vendor's own records if it is
// VendorRole, otherwise on every record.
func RoleControlIDs(template string, a Access) []string {
	if template != VendorRole {
		return ControlIDs(a)
	}
	ids := []string{}
	for i, level := range a {
		for _, c := range controls {
			if c.VendorAware && c.Entity == catalog[i].Code && c.Level == level {
				ids = append(ids, c.ID)
			}
		}
	}
	return ids
}

// VendorAccess returns the levels that the group grants in full on the own records
// of its vendor. Levels on every record do not count.
func (r Rights) VendorAccess(g Group) Access {
	var levels Access
	held := r.evaluate(g).narrow
	for i, area := range vendorAreas {
		if area >= 0 {
			levels[i], _ = areas[area].held(held)
		}
	}
	return levels
}

// IsVendorRole reports whether the group has the role VendorRole: it belongs to a
// vendor, and all levels that it grants are on the vendor's own records.
func (r Rights) IsVendorRole(g Group) bool {
	return g.VendorID != "" && r.Access(g) == Access{} && r.VendorAccess(g) != Access{}
}

// VendorUserType is the only user type that a vendor's groups accept (rule 14).
const VendorUserType = Employee

// publishing are the scopes that publish and unpublish products.
var publishing = []string{"product.product_publish", "product.product_unpublish"}

// PublishingControls returns the ids of the access controls with which a vendor's
// product managers can publish and unpublish products.
func PublishingControls() []string { return []string{controlID("4", "229"), controlID("4", "230")} }

// Publishes reports whether the access controls of a vendor's product managers let
// them publish and unpublish products: with all of PublishingControls, and with at
// least one of them.
func Publishes(controls []string) (all, some bool) {
	all = true
	for _, id := range PublishingControls() {
		has := slices.Contains(controls, id)
		all, some = all && has, some || has
	}
	return all, some
}

// SetPublishing returns the access controls with or without PublishingControls, the
// others in their order.
func SetPublishing(controls []string, publish bool) []string {
	rest := slices.DeleteFunc(slices.Clone(controls), func(id string) bool { return slices.Contains(PublishingControls(), id) })
	if publish {
		rest = append(rest, PublishingControls()...)
	}
	return rest
}

// VendorPublisher is the kind of the vendor's group that can publish products.
const VendorPublisher = "product_manager"

// CheckPublishing returns an error that explains why a vendor's group with these
// access controls cannot hold the scopes, which are those of its controls and its
// role templates: only the group of the vendor's product managers can publish
// products (rule 14).
func CheckPublishing(controls, scopes []string) error {
	i := slices.IndexFunc(scopes, func(id string) bool { return slices.Contains(publishing, id) })
	if i < 0 {
		return nil
	}
	if kind, _ := VendorGroupKind(controls); kind == VendorPublisher {
		return nil
	}
	return fmt.Errorf("%s publishes products: of a vendor's groups, only the product managers' group, the one with the access control %s, can have this scope", scopes[i], vendorGroups[0].Controls[0])
}

// GroupVendor is the vendor that a group belongs to; none if VendorID is empty.
type GroupVendor struct{ GroupID, VendorID string }

// CheckVendors returns an error that names two of the groups that one employee
// cannot be in at the same time; nil if the employee can be in all of them (rule
// 14).
func CheckVendors(groups ...GroupVendor) error {
	for _, g := range groups {
		if first := groups[0]; g.VendorID != first.VendorID {
			return fmt.Errorf("group '%s' belongs to %s and group '%s' to %s, but all groups of an employee must belong to the same vendor or to none",
				first.GroupID, first.vendor(), g.GroupID, g.vendor())
		}
	}
	return nil
}

func (g GroupVendor) vendor() string {
	if g.VendorID == "" {
		return "no vendor"
	}
	return fmt.Sprintf("vendor '%s'", g.VendorID)
}
