data "iam_user_permissions" "this" {
  for_each = iam_user.this

  email      = each.value.email
  depends_on = [iam_group_members.default, iam_group_members.designers]
}

output "digital_processes" {
  description = "Level of each user on digital processes."
  value = {
    for name, report in data.iam_user_permissions.this :
    name => one([for row in report.rows : row.level if row.entity == "digital_processes"])
  }
}

output "make_roles" {
  description = "Roles in Make that each user's groups give."
  value       = { for name, report in data.iam_user_permissions.this : name => report.make_roles }
}
