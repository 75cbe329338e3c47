# The tenant's own role templates.
list "iam_role_template" "own" {
  provider         = iam
  include_resource = true
}
