# Who has been invited and has not joined yet.
list "iam_team_member" "invited" {
  provider = iam

  config {
    status = "invited"
  }
}
