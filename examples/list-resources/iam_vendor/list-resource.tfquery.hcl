list "iam_vendor" "companies" {
  provider         = iam
  include_resource = true

  config {
    type = "COMPANY"
  }
}
