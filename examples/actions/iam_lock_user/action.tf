# Lock a user who has left: terraform apply -invoke=action.iam_lock_user.leaver
action "iam_lock_user" "leaver" {
  config {
    email = "leaver@example.com"
  }
}
