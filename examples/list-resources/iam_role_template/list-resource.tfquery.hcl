# Templates of the tenant's own.
list "iam_role_template" "own" {
  provider         = iam
  include_resource = true
}
