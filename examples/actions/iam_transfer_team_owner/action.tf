# Transfer the ownership once: terraform apply -invoke=action.iam_transfer_team_owner.successor
action "iam_transfer_team_owner" "successor" {
  config {
    email = "successor@example.com"
  }
}
