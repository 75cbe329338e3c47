import {
  to = iam_access_control.accounting
  id = "accounting"
}
