# The import changes nothing in the tenant. Write the text that it reads to the file
# that csv reads, before the next apply:
#
#   terraform show -json | jq -r '.values.root_module.resources[] |
#     select(.address == "iam_users_csv.staff").values.csv' > users.csv

# All users of the tenant, with all columns.
terraform import iam_users_csv.staff '*'

# The members of one group.
terraform import iam_users_csv.staff group:orders-de

# Some users, by e-mail address.
terraform import iam_users_csv.staff anna.schmidt@acme.example,ben.mueller@acme.example
