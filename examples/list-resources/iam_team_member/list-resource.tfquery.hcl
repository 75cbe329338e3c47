# Members who have been invited and have not joined yet.
list "iam_team_member" "invited" {
  provider = iam

  config {
    status = "invited"
  }
}
