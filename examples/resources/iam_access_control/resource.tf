resource "iam_scope" "invoice_export" {
  id          = "billing.invoice_export"
  description = { en = "Exports invoices" }
}

# Your own scope together with predefined ones.
resource "iam_access_control" "accounting" {
  id            = "accounting"
  name          = { en = "Accounting", de = "Buchhaltung" }
  description   = { en = "Exports invoices and reads their orders." }
  domains       = ["billing"]
  restricted_to = "EMPLOYEE"

  scopes = [
    iam_scope.invoice_export.id,
    "order.order_read",
  ]

  # The API deletes it only if no group has it: Terraform changes the groups first.
  lifecycle {
    create_before_destroy = true
  }
}

# A group with the access control.
resource "iam_group" "accounting" {
  id                 = "accounting"
  name               = { en = "Accounting" }
  access_control_ids = [iam_access_control.accounting.id]
}
