data "iam_user" "owner" {
  email = "owner@acme.example"
}

output "owner_is_in" {
  value = data.iam_user.owner.group_ids
}
