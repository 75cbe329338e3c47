# By id, or by the name in any language.
terraform import iam_group.pricing pricing
terraform import iam_group.pricing "Pricing Manager"
