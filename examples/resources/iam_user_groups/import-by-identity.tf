import {
  to = iam_user_groups.tara
  identity = {
    user_id = "00u9fGz1kQWn2xYv45d7"
  }
}
