import {
  to = iam_access_control.accounting
  identity = {
    id = "accounting"
  }
}
