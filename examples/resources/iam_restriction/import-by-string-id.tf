import {
  to = iam_restriction.de
  id = "DE"
}
