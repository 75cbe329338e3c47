# Start from a predefined template: raise, lower, and take away with "none".
resource "iam_role_template" "returns" {
  id          = "returns_clerk"
  name        = { en = "Returns Clerk", de = "Retouren" }
  description = { en = "Handles returns, sees orders." }
  based_on    = "order_fulfillment_manager"

  access = {
    orders = "read"
    sepa   = "none"
  }
}

# Start from one of the tenant's own. A change of returns_clerk reaches this one.
resource "iam_role_template" "refunds" {
  id       = "refunds_clerk"
  name     = { en = "Refunds Clerk" }
  based_on = iam_role_template.returns.id

  access = {
    coupons = "manage"
  }
}

# Refer to the id, and one plan shows what a change of the template means for
# the group.
resource "iam_group" "refunds" {
  id            = "refunds"
  name          = { en = "Refunds" }
  role_template = iam_role_template.refunds.id
}
