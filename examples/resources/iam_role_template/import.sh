# By id.
terraform import iam_role_template.returns returns_clerk
