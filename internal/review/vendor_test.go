package review_test

import "github.com/access-config/terraform-provider-iam/internal/access"

// vendorOrders is the access control for managing the vendor's own orders.
var vendorOrders = access.VendorGroups()[2].Controls[0]

// vendorGroup is the group o of the vendor v, with the role of a vendor and one level.
func vendorGroup(entity, level string) m {
	parsed, _ := access.ParseLevel(level)
	effective := m{}
	for e, l := range access.ExpandVendor(map[string]access.Level{entity: parsed}).Map() {
		effective[e] = l.String()
	}
	return group("o", effective, m{"access": m{entity: level}, "vendor_id": "v", "role_template": "vendor"})
}

// publishers is the vendor v, whose product managers can publish products or not.
func publishers(publish bool) m {
	return m{"id": "v", "name": "V", "group_ids": m{"product_manager": "vp"}, "delete_groups": true, "product_managers_publish": publish}
}
