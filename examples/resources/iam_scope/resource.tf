# A scope that a service of your own looks for in tokens.
resource "iam_scope" "invoice_export" {
  id          = "billing.invoice_export"
  description = { en = "Exports invoices", de = "Exportiert Rechnungen" }
  domain      = "billing"
}

# The id is all that a scope needs.
resource "iam_scope" "invoice_read" {
  id = "billing.invoice_read"
}
