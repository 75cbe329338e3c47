data "iam_user_permissions" "owner" {
  email = "owner@acme.example"
}

# Every plan checks this rule: the owner can manage users and groups.
check "owner_administers" {
  assert {
    condition     = anytrue([for r in data.iam_user_permissions.owner.rows : r.entity == "users_and_groups" && r.level == "manage"])
    error_message = "The owner can no longer manage users and groups."
  }
}

# Beyond entities (reference backend): the team, its products, other tenants.
output "owner_products" {
  value = {
    team_role     = data.iam_user_permissions.owner.team_role
    products      = data.iam_user_permissions.owner.products
    organizations = data.iam_user_permissions.owner.organizations
  }
}

# For a spreadsheet: terraform output -raw owner_report > owner.csv
output "owner_report" {
  value = data.iam_user_permissions.owner.csv
}
