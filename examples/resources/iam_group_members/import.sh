# By the id of the group.
terraform import iam_group_members.orders orders-de
