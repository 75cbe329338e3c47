package access

import (
	"fmt"
	"slices"
)

// VendorGroup is one of the groups that a vendor has from its start (rule 14).
type VendorGroup struct {
	Kind    string // as configurations name it, such as "order_manager"
	Label   string // follows the vendor's name in the name of the group
	Control string // id of the access control that the group is made with
}

var vendorGroups = []VendorGroup{
	{Kind: "product_manager", Label: "Vendor Product manager", Control: controlID("4", "224")},
	{Kind: "product_viewer", Label: "Vendor Product viewer", Control: controlID("1", "232")},
	{Kind: "order_manager", Label: "Vendor Order manager", Control: controlID("4", "223")},
	{Kind: "order_viewer", Label: "Vendor Order viewer", Control: controlID("1", "231")},
}

// VendorGroups returns the groups that every vendor has from its start.
func VendorGroups() []VendorGroup { return slices.Clone(vendorGroups) }

// VendorGroupKind returns which of the groups of a vendor carries these access
// controls, and false when it is none of them: a group that carries several of
// their controls was made by someone for something else. Names do not count,
// for anybody may change them.
func VendorGroupKind(controls []string) (kind string, ok bool) {
	for _, g := range vendorGroups {
		if slices.Contains(controls, g.Control) {
			if ok {
				return "", false
			}
			kind, ok = g.Kind, true
		}
	}
	return kind, ok
}

// VendorUserType is the only type of users that a vendor's groups take (rule 14).
const VendorUserType = Employee

// GroupVendor says which vendor a group belongs to, none when VendorID is empty.
type GroupVendor struct{ GroupID, VendorID string }

// CheckVendors returns why one employee cannot be in all of these groups at the
// same time, and names two that exclude each other; nil when it can (rule 14).
func CheckVendors(groups ...GroupVendor) error {
	for _, g := range groups {
		if first := groups[0]; g.VendorID != first.VendorID {
			return fmt.Errorf("group '%s' belongs to %s and group '%s' to %s, but all groups of an employee belong to the same vendor or to none",
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
