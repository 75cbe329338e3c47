# Unlock a user after leave: terraform apply -invoke=action.iam_unlock_user.returner
action "iam_unlock_user" "returner" {
  config {
    email = "returner@example.com"
  }
}
