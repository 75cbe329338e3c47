# The access of a user in both groups: { orders = "manage", products = "read" }.
output "together" {
  value = provider::iam::merge_access([
    { orders = "read", products = "read" },
    { orders = "manage" },
  ])
}
