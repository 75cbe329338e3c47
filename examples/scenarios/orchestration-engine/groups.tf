# The default groups of the Orchestration Engine: their members can be managed,
# the groups themselves cannot.
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

# A group of one's own. Editing digital processes gives the same level on what is
# tied to them, unless the group names it; the access control at the end is a
# role in Make, which no level gives.
resource "iam_group" "designers" {
  id          = "process-designers"
  name        = { en = "Process Designers" }
  description = { en = "Design processes and the Make scenarios behind them, and leave the rest alone." }

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
