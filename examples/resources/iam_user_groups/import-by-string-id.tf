import {
  to = iam_user_groups.tara
  id = "tara.anderson@acme.example"
}
