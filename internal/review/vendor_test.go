package review_test

import "github.com/access-config/terraform-provider-iam/internal/access"

// vendorOrders is the access control for managing the vendor's own orders.
var vendorOrders = access.VendorGroups()[2].Controls[0]
