# The tenant's own scopes of one domain.
list "iam_scope" "billing" {
  provider         = iam
  include_resource = true

  config {
    domain = "billing"
  }
}
