# Addresses as they were copied from a mail program: separated by commas.
variable "invite" {
  type    = string
  default = "anna.schmidt@acme.example,ben.weber@acme.example"
}

# Each of them is invited to the team.
resource "iam_team_member" "invited" {
  for_each = provider::iam::parse_emails(var.invite)

  email = each.value
  role  = "member"
}
