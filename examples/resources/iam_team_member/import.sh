# By the e-mail address of the member, or by its id.
terraform import 'iam_team_member.automation["anna.schmidt@acme.example"]' anna.schmidt@acme.example
