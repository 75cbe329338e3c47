import {
  to = iam_group.pricing
  identity = {
    id = "pricing"
  }
}
