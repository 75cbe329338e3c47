# By the tenant.
terraform import iam_company_domains.this acme
