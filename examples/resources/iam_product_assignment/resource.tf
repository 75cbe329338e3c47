resource "iam_team_member" "anna" {
  email = "anna.schmidt@acme.example"
  role  = "member"
}

# The Orchestrator has roles. This one is read-only.
resource "iam_product_assignment" "anna_watches_bots" {
  member_id = iam_team_member.anna.id
  product   = "orchestrator"
  role      = "analyst"
}

# The other products have no roles.
resource "iam_product_assignment" "anna_builds_bots" {
  member_id = iam_team_member.anna.id
  product   = "studio_pro"
}

# Everyone who holds Bot Runner runs attended bots. Unattended bots need the
# permission.
resource "iam_product_assignment" "anna_runs_unattended_bots" {
  member_id   = iam_team_member.anna.id
  product     = "bot_runner"
  permissions = ["unattended"]
}
