# Sites that are open to the public.
list "iam_site" "active" {
  provider         = iam
  include_resource = true

  config {
    active = true
  }
}
