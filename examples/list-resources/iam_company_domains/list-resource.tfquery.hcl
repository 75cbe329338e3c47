list "iam_company_domains" "this" {
  provider         = iam
  include_resource = true
}
