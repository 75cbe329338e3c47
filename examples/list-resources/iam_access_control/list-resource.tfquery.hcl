# Access controls of the tenant's own for one domain.
list "iam_access_control" "billing" {
  provider         = iam
  include_resource = true

  config {
    domain = "billing"
  }
}
