import {
  to = iam_restriction.de
  identity = {
    value = "DE"
  }
}
