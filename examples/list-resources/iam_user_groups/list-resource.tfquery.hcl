# All groups of each member of this group.
list "iam_user_groups" "managers" {
  provider         = iam
  include_resource = true

  config {
    group_id = "orders-de"
  }
}
