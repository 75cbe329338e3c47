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

// vendorPublisher is the kind of the vendor's group that can publish products.
const vendorPublisher = "product_manager"

var vendorGroups = []VendorGroup{
	{
		Kind: vendorPublisher, Label: "Vendor Product manager",
		Controls: []string{controlID("4", "224"), controlID("4", "227"), controlID("4", "226"), controlID("4", "228")},
	},
	{
		Kind: "product_viewer", Label: "Vendor Product viewer",
		Controls: []string{controlID("1", "232"), controlID("1", "235"), controlID("1", "234"), controlID("1", "236")},
	},
	{Kind: "order_manager", Label: "Vendor Order manager", Controls: []string{controlID("4", "223")}},
	{Kind: "order_viewer", Label: "Vendor Order viewer", Controls: []string{controlID("1", "231")}},
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

// VendorUserType is the only user type that a vendor's groups accept (rule 14).
const VendorUserType = Employee

// publishing are the scopes that publish and unpublish products.
var publishing = []string{"product.product_publish", "product.product_unpublish"}

// CheckPublishing returns an error that explains why a vendor's group with these
// access controls cannot hold the scopes, which are those of its controls and its
// role templates: only the group of the vendor's product managers can publish
// products (rule 14).
func CheckPublishing(controls, scopes []string) error {
	i := slices.IndexFunc(scopes, func(id string) bool { return slices.Contains(publishing, id) })
	if i < 0 {
		return nil
	}
	if kind, _ := VendorGroupKind(controls); kind == vendorPublisher {
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
