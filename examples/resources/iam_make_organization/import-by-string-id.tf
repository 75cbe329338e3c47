import {
  to = iam_make_organization.this
  id = "12345"
}
