resource "iam_scope" "invoice_export" {
  id          = "billing.invoice_export"
  description = { en = "Exports invoices" }
}

# A scope of your own together with predefined ones.
resource "iam_access_control" "accounting" {
  id            = "accounting"
  name          = { en = "Accounting", de = "Buchhaltung" }
  description   = { en = "Exports invoices and sees the orders that they are for." }
  domains       = ["billing"]
  restricted_to = "EMPLOYEE"

  scopes = [
    iam_scope.invoice_export.id,
    "order.order_read",
  ]

  # It can be deleted only when no group carries it: groups are changed first.
  lifecycle {
    create_before_destroy = true
  }
}

# Groups carry it.
resource "iam_group" "accounting" {
  id                 = "accounting"
  name               = { en = "Accounting" }
  access_control_ids = [iam_access_control.accounting.id]
}
