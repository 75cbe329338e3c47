import {
  to = iam_users_csv.staff
  id = "*"
}
