variable "owner" {
  description = "E-mail address of the Owner. Changing it transfers the ownership."
  type        = string
  default     = "owner@acme.example"
}

# Only a member who has joined the team can be its Owner.
data "iam_team" "joined" {
  status = "active"
}

resource "iam_team_owner" "this" {
  member_id = one([for member in data.iam_team.joined.members : member.id if member.email == var.owner])
}
