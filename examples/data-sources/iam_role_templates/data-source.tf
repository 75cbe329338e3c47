data "iam_role_templates" "all" {}

output "templates_that_manage_prices" {
  value = [for t in data.iam_role_templates.all.templates : t.id if lookup(t.effective_access, "price_lists", "none") == "manage"]
}
