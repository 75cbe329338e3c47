import {
  to = iam_restriction_settings.this
  id = "acme"
}
