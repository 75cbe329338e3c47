# All groups of each user who is in this one.
list "iam_user_groups" "managers" {
  provider         = iam
  include_resource = true

  config {
    group_id = "orders-de"
  }
}
