# A token that can read users and groups, and nothing else.
ephemeral "iam_access_token" "reader" {
  scope = "iam.user_read iam.group_read"
}

# A script gets it in its environment. It is stored nowhere.
resource "terraform_data" "export" {
  provisioner "local-exec" {
    command = "test -n \"$IAM_ACCESS_TOKEN\"" # in its place: a script that calls the API

    environment = {
      IAM_ACCESS_TOKEN = ephemeral.iam_access_token.reader.access_token
    }
  }
}
