import {
  to = iam_scope.invoice_export
  id = "billing.invoice_export"
}
