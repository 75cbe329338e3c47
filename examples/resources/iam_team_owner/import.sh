# By the e-mail address of the Owner, or by its id.
terraform import iam_team_owner.this owner@acme.example
