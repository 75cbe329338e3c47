# By group (id, code or name) and user (e-mail address or id).
terraform import iam_group_membership.tara_edits_processes oe-editor/tara.anderson@acme.example

# For customers, with the user type in between.
terraform import iam_group_membership.customer vip/CUSTOMER/C-4711
