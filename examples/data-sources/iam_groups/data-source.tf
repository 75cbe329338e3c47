data "iam_groups" "employees" {
  user_type = "EMPLOYEE"
}

output "who_manages_users" {
  value = [for g in data.iam_groups.employees.groups : g.id if lookup(g.effective_access, "users_and_groups", "none") == "manage"]
}

# Groups with "order" in one of their names, in alphabetical order of the German
# ones.
data "iam_groups" "orders" {
  name_contains = "order"
  sort          = ["name"]
  language      = "de"
}
