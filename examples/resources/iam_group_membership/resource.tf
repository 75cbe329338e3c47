resource "iam_user" "tara" {
  email      = "tara.anderson@acme.example"
  first_name = "Tara"
  last_name  = "Anderson"
}

# One user in one group, predefined or not. Other members are left alone.
resource "iam_group_membership" "tara_edits_processes" {
  group_id = "oe-editor"
  user_id  = iam_user.tara.id
}
