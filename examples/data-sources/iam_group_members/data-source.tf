# The members of the predefined group of administrators.
data "iam_group" "administrators" {
  code = "BO_MANAGER"
}

data "iam_group_members" "administrators" {
  group_id = data.iam_group.administrators.id
}

output "administrators" {
  description = "E-mail addresses of the administrators."
  value       = data.iam_group_members.administrators.members[*].email
}
