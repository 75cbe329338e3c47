# The six predefined templates side by side.
data "iam_role_template_comparison" "all" {}

output "orders_by_template" {
  value = one([for row in data.iam_role_template_comparison.all.rows : row.levels if row.entity == "orders"])
}

# The differences between two of them.
data "iam_role_template_comparison" "managers" {
  templates = ["catalog_manager", "pricing_manager"]
}

output "catalog_versus_pricing" {
  value = {
    for row in data.iam_role_template_comparison.managers.rows : row.entity_label => row.levels
    if length(distinct(values(row.levels))) > 1
  }
}
