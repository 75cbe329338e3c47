locals {
  users = provider::iam::parse_users_csv(<<-CSV
    email,first_name,last_name,department
    anna.schmidt@example.com,Anna,Schmidt,Orders
    ben.weber@example.com,Ben,Weber,
  CSV
  )
}

# A resource for each row. iam_users_csv manages a large table in one.
resource "iam_user" "this" {
  for_each = local.users

  email          = each.value.email
  first_name     = each.value.first_name
  last_name      = each.value.last_name
  department     = each.value.department
  preferred_site = "main"
}
