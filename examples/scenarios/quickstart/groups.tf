# Order fulfillment managers, one group for each market. Members see only the
# orders and customers of their site.
resource "iam_group" "orders" {
  for_each = iam_restriction.market

  id            = "orders-${lower(each.key)}"
  name          = { en = "${each.key} Order Fulfillment Manager" }
  role_template = "order_fulfillment_manager"
  restrictions  = [each.value.value]
}

# A template without changes.
resource "iam_group" "pricing" {
  id            = "pricing"
  name          = { en = "Pricing Manager", de = "Preismanagement" }
  role_template = "pricing_manager"
}

# A template with changes: suppliers and prices are read-only, and there is no
# access to webhooks.
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
  description   = { en = "Reads everything except users and groups." }
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

# All members of each group. The last group is predefined: Terraform manages its
# members, not the group itself.
resource "iam_group_members" "this" {
  for_each = toset(concat(
    [for g in iam_group.orders : g.id],
    [iam_group.pricing.id, iam_group.catalog.id, iam_group.viewers.id, iam_group.administrators.id, "oe-editor"],
  ))

  group_id = each.key
  members  = { for email, u in local.users : email => iam_user.this[email].id if contains(u.groups, each.key) }
}
