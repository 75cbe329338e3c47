# The scopes of one service.
data "iam_scopes" "order" {
  domain = "order"
}

# The tenant's own scopes.
data "iam_scopes" "own" {
  predefined = false
}

output "order_scopes" {
  value = [for s in data.iam_scopes.order.scopes : s.id]
}
