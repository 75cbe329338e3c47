data "iam_access_check" "owner_manages_orders" {
  email  = "owner@acme.example"
  entity = "orders"
  level  = "manage"
}

# A record that carries a restriction value.
data "iam_access_check" "owner_reads_french_orders" {
  email       = "owner@acme.example"
  entity      = "orders"
  level       = "read"
  restriction = "FR"
}

# Rules that hold at every plan.
check "owner_sees_everything" {
  assert {
    condition     = data.iam_access_check.owner_manages_orders.allowed
    error_message = data.iam_access_check.owner_manages_orders.reason
  }
  assert {
    condition     = data.iam_access_check.owner_reads_french_orders.allowed
    error_message = data.iam_access_check.owner_reads_french_orders.reason
  }
}
