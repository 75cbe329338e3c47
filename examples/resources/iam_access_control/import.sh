# By id.
terraform import iam_access_control.accounting accounting
