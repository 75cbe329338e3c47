# By the tenant.
terraform import iam_restriction_settings.this acme
