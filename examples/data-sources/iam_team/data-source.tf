data "iam_team" "this" {}

output "owner" {
  description = "E-mail address of the Owner."
  value       = data.iam_team.this.owner_email
}

output "orchestrator_roles" {
  description = "Role in the Orchestrator by member."
  value       = { for member in data.iam_team.this.members : member.email => member.products["orchestrator"] if contains(keys(member.products), "orchestrator") }
}
