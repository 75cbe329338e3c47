# All users of the tenant, with all columns.
terraform import iam_users_csv.staff '*'

# The members of one group.
terraform import iam_users_csv.staff group:orders-de

# Some users, by e-mail address.
terraform import iam_users_csv.staff anna.schmidt@acme.example,ben.mueller@acme.example
