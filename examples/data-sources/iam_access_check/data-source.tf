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

# Warns in every plan that is made while a rule does not hold. A data source inside
# the check is read at the end of an apply, too: then the apply that breaks a rule
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
