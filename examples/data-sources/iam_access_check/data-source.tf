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

# Every plan warns while the rule does not hold. Terraform also reads a data source
# inside the check at the end of an apply: the apply that breaks the rule then
# warns, and every plan lists the read.
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
