# Start from a predefined template and raise, lower or remove ("none") levels.
resource "iam_role_template" "returns" {
  id          = "returns_clerk"
  name        = { en = "Returns Clerk", de = "Retouren" }
  description = { en = "Manages returns, reads orders." }
  based_on    = "order_fulfillment_manager"

  access = {
    orders = "read"
    sepa   = "none"
  }
}

# Start from your own template. A change of returns_clerk changes this one.
resource "iam_role_template" "refunds" {
  id       = "refunds_clerk"
  name     = { en = "Refunds Clerk" }
  based_on = iam_role_template.returns.id

  access = {
    coupons = "manage"
  }
}

# Refer to the id: one plan then shows what a change of the template means for
# the group.
resource "iam_group" "refunds" {
  id            = "refunds"
  name          = { en = "Refunds" }
  role_template = iam_role_template.refunds.id
}
