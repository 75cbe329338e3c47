# Groups of employees. terraform query -generate-config-out=groups.tf writes the
# resources and their import blocks.
list "iam_group" "employees" {
  provider         = iam
  include_resource = true

  config {
    user_type = "EMPLOYEE"
  }
}
