import {
  to = iam_role_template.returns
  id = "returns_clerk"
}
