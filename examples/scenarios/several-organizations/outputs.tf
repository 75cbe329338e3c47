# Every organization of an account. Each tenant queries only its own people, and
# sees the names of the other tenants and the roles there.
data "iam_organizations" "consultant" {
  provider   = iam.north
  depends_on = [iam_team_member.consultant_south]

  email = iam_team_member.consultant_north.email
}

data "iam_organizations" "nora" {
  provider = iam.south

  email = iam_team_member.nora_south.email
}

output "consultant" {
  description = "Role of the consultant by organization."
  value       = { for organization in data.iam_organizations.consultant.organizations : organization.tenant => organization.role }
}

output "nora" {
  description = "Role of the Owner of the north by organization."
  value       = { for organization in data.iam_organizations.nora.organizations : organization.tenant => organization.role }
}

output "one_account" {
  description = "Whether the consultant is one account everywhere."
  value       = length(toset([iam_team_member.consultant_north.id, iam_team_member.consultant_south.id, iam_user.consultant_south.id])) == 1
}
