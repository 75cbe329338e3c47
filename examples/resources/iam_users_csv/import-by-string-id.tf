# csv needs the rows of these users: the apply removes a user who has none. See the
# command below for how to get them.
import {
  to = iam_users_csv.staff
  id = "*"
}
