import {
  to = iam_team_owner.this
  id = "owner@acme.example"
}
