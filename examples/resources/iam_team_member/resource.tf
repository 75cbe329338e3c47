variable "automation_team" {
  description = "E-mail addresses, separated by commas without spaces."
  type        = string
  default     = "anna.schmidt@acme.example,ben.mueller@acme.example,clara.weber@acme.example"
}

# A member for each address of a comma-separated list.
resource "iam_team_member" "automation" {
  for_each = toset(split(",", var.automation_team))

  email = each.key
  role  = "member"
}

# Reads billing only.
resource "iam_team_member" "accounting" {
  email = "accounting@acme.example"
  role  = "billing_contact"
}
