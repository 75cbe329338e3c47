import {
  to = iam_group_membership.tara_edits_processes
  id = "oe-editor/tara.anderson@acme.example"
}
