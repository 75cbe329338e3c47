import {
  to = iam_make_organization.this
  identity = {
    tenant = "acme"
  }
}
