# Somebody left in a hurry: terraform apply -invoke=action.iam_lock_user.leaver
action "iam_lock_user" "leaver" {
  config {
    email = "leaver@example.com"
  }
}
