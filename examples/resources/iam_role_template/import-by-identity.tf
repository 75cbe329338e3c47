import {
  to = iam_role_template.returns
  identity = {
    id = "returns_clerk"
  }
}
