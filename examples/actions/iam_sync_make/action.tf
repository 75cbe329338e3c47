# Make is back: terraform apply -invoke=action.iam_sync_make.now
action "iam_sync_make" "now" {
  config {}
}
