list "iam_team_owner" "this" {
  provider         = iam
  include_resource = true
}
