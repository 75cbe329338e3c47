import {
  to = iam_restriction_settings.this
  identity = {
    id = "acme"
  }
}
