resource "iam_user" "tara" {
  email      = "tara.anderson@acme.example"
  first_name = "Tara"
  last_name  = "Anderson"
}

# The user is in these groups only.
resource "iam_user_groups" "tara" {
  user_id   = iam_user.tara.id
  group_ids = ["oe-editor", "oe-viewer"]
}
