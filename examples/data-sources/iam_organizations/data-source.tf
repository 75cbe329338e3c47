# Every tenant of one account, with its role there.
data "iam_organizations" "owner" {
  email = "owner@acme.example"
}

output "owner_works_for" {
  description = "Role by tenant."
  value       = { for organization in data.iam_organizations.owner.organizations : organization.tenant => organization.role }
}
