# Scopes of the tenant's own for one domain.
list "iam_scope" "billing" {
  provider         = iam
  include_resource = true

  config {
    domain = "billing"
  }
}
