# All members of each group, for one resource per group.
list "iam_group_members" "employees" {
  provider         = iam
  include_resource = true

  config {
    user_type = "EMPLOYEE"
  }
}
