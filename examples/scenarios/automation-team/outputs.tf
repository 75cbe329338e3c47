# The products that each member can use, by role and by assignment.
data "iam_team" "all" {
  depends_on = [
    iam_team_owner.this,
    iam_product_assignment.studio,
    iam_product_assignment.runner,
    iam_product_assignment.orchestrator,
  ]
}

output "owner" {
  description = "E-mail address of the Owner."
  value       = data.iam_team.all.owner_email
}

output "products" {
  description = "Products of each member."
  value       = { for member in data.iam_team.all.members : member.email => sort(keys(member.products)) }
}

output "orchestrator" {
  description = "Role in the Orchestrator of each member who may use it."
  value       = { for member in data.iam_team.all.members : member.email => member.products["orchestrator"] if contains(keys(member.products), "orchestrator") }
}
