# By the id of the group, its code or its name in any language.
terraform import iam_group_members.orders orders-de
