data "iam_user_permissions" "owner" {
  email = "owner@acme.example"
}

# A rule that holds at every plan: the owner can manage users and groups.
check "owner_administers" {
  assert {
    condition     = anytrue([for r in data.iam_user_permissions.owner.rows : r.entity == "users_and_groups" && r.level == "manage"])
    error_message = "The owner can no longer manage users and groups."
  }
}

# For a spreadsheet: terraform output -raw owner_report > owner.csv
output "owner_report" {
  value = data.iam_user_permissions.owner.csv
}
