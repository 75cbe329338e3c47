# By id.
terraform import iam_scope.invoice_export billing.invoice_export
