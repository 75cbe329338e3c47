# A scope that your own service checks in tokens.
resource "iam_scope" "invoice_export" {
  id          = "billing.invoice_export"
  description = { en = "Exports invoices", de = "Exportiert Rechnungen" }
  domain      = "billing"
}

# Only the id is required.
resource "iam_scope" "invoice_read" {
  id = "billing.invoice_read"
}
