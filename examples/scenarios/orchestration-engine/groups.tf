# The default groups of the Orchestration Engine: Terraform manages their members,
# not the groups themselves.
resource "iam_group_members" "default" {
  for_each = {
    oe-viewer  = ["emily.johnson"]
    oe-editor  = ["anna.schmidt", "ben.mueller"]
    oe-manager = ["clara.weber"]
    oe-admin   = ["olivia.owner"]
  }

  group_id = each.key
  members  = { for name in each.value : iam_user.this[name].email => iam_user.this[name].id }
}

# A custom group. Editing digital processes gives the same level on the tied
# entities, unless the group names them. The access control is a role in Make,
# which no level gives.
resource "iam_group" "designers" {
  id          = "process-designers"
  name        = { en = "Process Designers" }
  description = { en = "Design processes and their Make scenarios, nothing else." }

  access = {
    digital_processes = "edit"
    forms             = "edit"
    event_log         = "read"
  }

  access_control_ids = ["make-scenario-editor"]
}

resource "iam_group_members" "designers" {
  group_id = iam_group.designers.id
  members  = { (iam_user.this["david.wagner"].email) = iam_user.this["david.wagner"].id }
}
