# By group id and user: an e-mail address or a user id.
terraform import iam_group_membership.tara_edits_processes oe-editor/tara.anderson@acme.example

# For customers, with the user type in between.
terraform import iam_group_membership.customer vip/CUSTOMER/C-4711
