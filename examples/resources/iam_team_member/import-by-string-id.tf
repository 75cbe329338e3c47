import {
  to = iam_team_member.automation["anna.schmidt@acme.example"]
  id = "anna.schmidt@acme.example"
}
