data "iam_products" "this" {}

output "holders" {
  description = "How many members may use each product."
  value       = { for product in data.iam_products.this.products : product.label => length(product.member_ids) }
}
