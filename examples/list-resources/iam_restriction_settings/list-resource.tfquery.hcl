list "iam_restriction_settings" "this" {
  provider         = iam
  include_resource = true
}
