# By code.
terraform import iam_site.uk uk-store
