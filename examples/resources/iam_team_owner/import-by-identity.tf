import {
  to = iam_team_owner.this
  identity = {
    tenant = "acme"
  }
}
