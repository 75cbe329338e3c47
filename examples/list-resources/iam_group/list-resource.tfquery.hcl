# Groups of employees. terraform query -generate-config-out=groups.tf writes the
# resources and the blocks that import them.
list "iam_group" "employees" {
  provider         = iam
  include_resource = true

  config {
    user_type = "EMPLOYEE"
  }
}
