# The products that the tenant has added to its team.
list "iam_product" "all" {
  provider         = iam
  include_resource = true
}
