resource "iam_restriction" "de" {
  value = "DE"
}

# Members see only the orders of Germany.
resource "iam_group" "orders_de" {
  id            = "orders-de"
  name          = { en = "Orders DE" }
  role_template = "order_fulfillment_manager"
  restrictions  = [iam_restriction.de.value]
}
