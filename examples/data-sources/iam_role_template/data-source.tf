data "iam_role_template" "pricing" {
  id = "pricing_manager"
}

output "pricing_managers_can" {
  value = data.iam_role_template.pricing.effective_access
}
