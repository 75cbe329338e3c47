# What one user may do, through all groups.
data "iam_user_permissions" "anna" {
  email = "anna.schmidt@acme.example"

  depends_on = [iam_group_members.this]
}

output "anna_manages" {
  description = "Entities that Anna Schmidt may manage."
  value       = [for row in data.iam_user_permissions.anna.rows : row.entity_label if row.level == "manage"]
}

output "anna_report_csv" {
  description = "The whole report, for a spreadsheet."
  value       = data.iam_user_permissions.anna.csv
}
