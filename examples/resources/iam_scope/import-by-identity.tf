import {
  to = iam_scope.invoice_export
  identity = {
    id = "billing.invoice_export"
  }
}
