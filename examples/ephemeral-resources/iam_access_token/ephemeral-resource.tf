# A token that can read users and groups, and nothing else.
ephemeral "iam_access_token" "reader" {
  scope = "iam.user_read iam.group_read"
}

# It is handed to a script in its environment, once, and kept nowhere.
resource "terraform_data" "export" {
  provisioner "local-exec" {
    command = "test -n \"$IAM_ACCESS_TOKEN\"" # in its place: a script that calls the API

    environment = {
      IAM_ACCESS_TOKEN = ephemeral.iam_access_token.reader.access_token
    }
  }
}
