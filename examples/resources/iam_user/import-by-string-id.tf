import {
  to = iam_user.anna
  id = "anna.schmidt@acme.example"
}
