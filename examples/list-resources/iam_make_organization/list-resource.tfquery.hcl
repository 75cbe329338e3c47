list "iam_make_organization" "this" {
  provider         = iam
  include_resource = true
}
