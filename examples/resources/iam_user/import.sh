# By e-mail address, or by id.
terraform import iam_user.anna anna.schmidt@acme.example
