# The members of one group, the backoffice managers, sorted by last name.
data "iam_users" "managers" {
  group_id = "1gr5e52e-6e27-4ac5-9471-2467d3fb7503"
  sort     = ["last_name", "first_name:desc"]
}

output "managers" {
  value = [for u in data.iam_users.managers.users : "${u.first_name} ${u.last_name}"]
}

# Invited people of one company who have not registered yet.
data "iam_users" "invited" {
  email_contains = "@acme.example"
  status         = "PROVISIONED"
  sort           = ["department", "email"]
}
