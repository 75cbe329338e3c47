# Order fulfillment managers, one group for each market.
resource "iam_group" "orders" {
  for_each = { de = "DE", us = "US" }

  id            = "orders-${each.key}"
  name          = { en = "${each.value} Order Fulfillment Manager" }
  role_template = "order_fulfillment_manager"
}

# A template as it is.
resource "iam_group" "pricing" {
  id            = "pricing"
  name          = { en = "Pricing Manager", de = "Preismanagement" }
  role_template = "pricing_manager"
}

# A template with changes: suppliers only to look at, no webhooks, and prices
# that the template leaves to the pricing managers.
resource "iam_group" "catalog" {
  id            = "catalog"
  name          = { en = "Catalog Manager", de = "Katalogmanagement" }
  role_template = "catalog_manager"

  access = {
    suppliers = "read"
    webhooks  = "none"
    prices    = "read"
  }
}

resource "iam_group" "viewers" {
  id            = "viewers"
  name          = { en = "Viewer" }
  description   = { en = "Sees everything but the people." }
  role_template = "viewer"

  access = {
    users_and_groups = "none"
  }
}

resource "iam_group" "administrators" {
  id            = "administrators"
  name          = { en = "Administrator" }
  role_template = "admin"
}

# Who is in each group, and nobody else. The last one is predefined: its
# members can be managed, the group itself cannot.
resource "iam_group_members" "this" {
  for_each = toset(concat(
    [for g in iam_group.orders : g.id],
    [iam_group.pricing.id, iam_group.catalog.id, iam_group.viewers.id, iam_group.administrators.id, "oe-editor"],
  ))

  group_id = each.key
  members  = { for email, u in local.users : email => iam_user.this[email].id if contains(u.groups, each.key) }
}
