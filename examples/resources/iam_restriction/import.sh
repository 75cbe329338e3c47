terraform import iam_restriction.de DE
