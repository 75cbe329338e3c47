# By id.
terraform import iam_group.pricing pricing
