resource "iam_vendor" "raw_materials" {
  id   = "raw-materials"
  name = "Raw Materials"
}

# By id or by name.
data "iam_vendor" "raw_materials" {
  name = iam_vendor.raw_materials.name
}

output "order_managers" {
  value = data.iam_vendor.raw_materials.group_ids["order_manager"]
}
