resource "iam_user" "anna" {
  email      = "anna.schmidt@acme.example"
  first_name = "Anna"
  last_name  = "Schmidt"
  department = "Fulfillment DE"
}

# Many users: one map, one resource.
locals {
  sales = {
    "noah.wilson@acme.example"  = ["Noah", "Wilson"]
    "olga.petrova@acme.example" = ["Olga", "Petrova"]
  }
}

resource "iam_user" "sales" {
  for_each = local.sales

  email              = each.key
  first_name         = each.value[0]
  last_name          = each.value[1]
  department         = "Sales"
  preferred_currency = "USD"
}

# A user on leave: locked now; after a destroy still in the tenant, locked and in
# no group. Only the reference backend can lock users.
resource "iam_user" "oskar" {
  email      = "oskar.lind@acme.example"
  first_name = "Oskar"
  last_name  = "Lind"
  locked     = true
  on_destroy = "lock"
}
