import {
  to = iam_team_member.accounting
  identity = {
    id = "0f8b3c52-5f0e-4d5c-9a53-0d5a4c1b7e21"
  }
}
