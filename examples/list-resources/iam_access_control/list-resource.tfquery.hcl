# The tenant's own access controls of one domain.
list "iam_access_control" "billing" {
  provider         = iam
  include_resource = true

  config {
    domain = "billing"
  }
}
