import {
  to = iam_group_membership.tara_edits_processes
  identity = {
    group_id = "oe-editor"
    user_id  = "00u9fGz1kQWn2xYv45d7"
  }
}
