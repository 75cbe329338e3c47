# A vendor brings four groups of its own. Their members see only the records of
# their vendor.
resource "iam_vendor" "tea" {
  id   = "tea"
  name = "Tea Company"
}

resource "iam_user" "dora" {
  email      = "dora@tea.example"
  first_name = "Dora"
  last_name  = "Thompson"
}

resource "iam_group_membership" "dora" {
  group_id = iam_vendor.tea.group_ids["order_manager"]
  user_id  = iam_user.dora.id
}
