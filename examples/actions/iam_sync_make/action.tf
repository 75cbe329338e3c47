# Sync now, for example after an outage of Make: terraform apply -invoke=action.iam_sync_make.now
action "iam_sync_make" "now" {
  config {}
}
