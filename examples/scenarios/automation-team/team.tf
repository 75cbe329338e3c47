# The automation team. Each list has e-mail addresses separated by commas without
# spaces, as for an invitation.
variable "admins" {
  description = "Manage the team and hold every product."
  type        = string
  default     = "anna.schmidt@acme.example,ben.mueller@acme.example"
}

variable "developers" {
  description = "Build bots, and publish and schedule them."
  type        = string
  default     = "clara.weber@acme.example,david.wagner@acme.example"
}

variable "analysts" {
  description = "Watch bots (read-only)."
  type        = string
  default     = "emily.johnson@acme.example"
}

variable "operators" {
  description = "Run bots on their own machines."
  type        = string
  default     = "frank.williams@acme.example,grace.brown@acme.example,henry.davis@acme.example"
}

variable "billing_contacts" {
  description = "Read billing only."
  type        = string
  default     = "accounting@acme.example"
}

locals {
  # Role by address. The Owner of a new tenant is in none of the lists.
  members = merge(
    { for email in split(",", var.admins) : email => "admin" },
    { for email in split(",", "${var.developers},${var.analysts},${var.operators}") : email => "member" },
    { for email in split(",", var.billing_contacts) : email => "billing_contact" },
  )
}

resource "iam_team_member" "this" {
  for_each = local.members

  email = each.key
  role  = each.value
}

# The e-mail address of the Owner. Changing it transfers the ownership to a member
# who has joined; the former Owner becomes an Admin.
variable "owner" {
  description = "Owns the team."
  type        = string
  default     = "olivia.owner@acme.example"
}

data "iam_team" "joined" {
  status = "active"
}

resource "iam_team_owner" "this" {
  member_id = one([for member in data.iam_team.joined.members : member.id if member.email == var.owner])
}
