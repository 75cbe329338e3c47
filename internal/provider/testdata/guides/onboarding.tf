# What the tenant of the guide has.
resource "iam_restriction" "de" {
  value = "DE"
}

resource "iam_user" "anna" {
  email      = "anna.schmidt@acme.example"
  first_name = "Anna"
  last_name  = "Schmidt"
}

resource "iam_user" "ben" {
  email      = "ben.mueller@acme.example"
  first_name = "Ben"
  last_name  = "Müller"
}

resource "iam_group" "orders" {
  id            = "orders-de"
  name          = { en = "Orders DE" }
  role_template = "order_fulfillment_manager"
  restrictions  = [iam_restriction.de.value]
}

resource "iam_group" "returns" {
  id     = "returns"
  name   = { en = "Returns" }
  access = { returns = "read" }
}

resource "iam_group_membership" "anna" {
  group_id = iam_group.orders.id
  user_id  = iam_user.anna.id
}

resource "iam_group_membership" "ben" {
  group_id = iam_group.returns.id
  user_id  = iam_user.ben.id
}

resource "iam_site" "uk" {
  code = "uk-store"
  name = "United Kingdom"
}
