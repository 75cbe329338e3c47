import {
  to = iam_group.pricing
  id = "pricing"
}
