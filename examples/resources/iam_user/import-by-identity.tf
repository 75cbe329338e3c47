import {
  to = iam_user.anna
  identity = {
    id = "00u9fGz1kQWn2xYv45d7"
  }
}
