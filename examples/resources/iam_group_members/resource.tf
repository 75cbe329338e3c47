resource "iam_group" "orders" {
  id            = "orders-de"
  name          = { en = "DE Order Fulfillment Manager" }
  role_template = "order_fulfillment_manager"
}

resource "iam_user" "orders" {
  for_each = {
    "anna.schmidt@acme.example" = ["Anna", "Schmidt"]
    "ben.mueller@acme.example"  = ["Ben", "Müller"]
  }

  email      = each.key
  first_name = each.value[0]
  last_name  = each.value[1]
}

# Only these users are in the group.
resource "iam_group_members" "orders" {
  group_id = iam_group.orders.id
  members  = { for email, user in iam_user.orders : email => user.id }
}
