# Users who build Make scenarios: the local parts of their e-mail addresses,
# separated by commas.
variable "builders" {
  description = "Build Make scenarios."
  type        = string
  default     = "anna.schmidt,ben.mueller"
}

resource "iam_user" "this" {
  for_each = toset(["anna.schmidt", "ben.mueller", "clara.weber"])

  email      = "${each.key}@acme.example"
  first_name = title(split(".", each.key)[0])
  last_name  = title(split(".", each.key)[1])
}

# The access control is a role in Make: members of the group become members of the
# Make organization.
resource "iam_group" "builders" {
  id                 = "scenario-builders"
  name               = { en = "Scenario Builders" }
  access             = { digital_processes = "edit" }
  access_control_ids = ["make-scenario-editor"]
}

resource "iam_group_members" "builders" {
  group_id = iam_group.builders.id
  members  = { for name in compact(split(",", var.builders)) : iam_user.this[name].email => iam_user.this[name].id }
}
