# The memberships of one group.
list "iam_group_membership" "editors" {
  provider = iam
  limit    = 1000 # 100 when left out

  config {
    group_id = "oe-editor"
  }
}
