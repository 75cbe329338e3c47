# By the id of the organization in Make, or by the tenant.
terraform import iam_make_organization.this 12345
