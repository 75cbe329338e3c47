# Who is in one group.
list "iam_group_membership" "editors" {
  provider = iam

  config {
    group_id = "oe-editor"
  }
}
