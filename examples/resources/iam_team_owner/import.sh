# By the e-mail address of the Owner, by its id, or by the tenant.
terraform import iam_team_owner.this owner@acme.example
