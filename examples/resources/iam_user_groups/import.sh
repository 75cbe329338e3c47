# By e-mail address, or by user id.
terraform import iam_user_groups.tara tara.anderson@acme.example
