# A consultant works for both organizations, with a different role in each. The
# first one invites her. The second knows her account, so she joins its team at once.
variable "consultant" {
  description = "E-mail address of the consultant."
  type        = string
  default     = "carla.consultant@advice.example"
}

resource "iam_team_member" "consultant_north" {
  provider = iam.north

  email = var.consultant
  role  = "member"
}

resource "iam_product_assignment" "consultant_north" {
  provider = iam.north

  member_id = iam_team_member.consultant_north.id
  product   = "orchestrator"
  role      = "analyst"
}

resource "iam_team_member" "consultant_south" {
  provider   = iam.south
  depends_on = [iam_team_member.consultant_north]

  email = var.consultant
  role  = "admin"
}

# In the south she also uses the dashboard: a user and a team member with the same
# e-mail address are one account.
resource "iam_user" "consultant_south" {
  provider   = iam.south
  depends_on = [iam_team_member.consultant_south]

  email      = var.consultant
  first_name = "Carla"
  last_name  = "Consultant"
  department = "Consulting"
}

# The Owner of the north keeps the books of the south.
resource "iam_team_member" "nora_south" {
  provider = iam.south

  email = "nora.owner@north.example"
  role  = "billing_contact"

  # Her account exists only after the provider of the north has created its tenant.
  depends_on = [iam_team_member.consultant_north]
}
