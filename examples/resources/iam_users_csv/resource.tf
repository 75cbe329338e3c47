resource "iam_group" "orders" {
  id            = "orders-de"
  name          = { en = "DE Order Fulfillment Manager" }
  role_template = "order_fulfillment_manager"
}

# Or csv = file("${path.module}/users.csv") with an export of a spreadsheet.
resource "iam_users_csv" "staff" {
  csv = <<-CSV
    email,first_name,last_name,department,groups
    anna.schmidt@acme.example,Anna,Schmidt,Sales,${iam_group.orders.id}
    ben.mueller@acme.example,Ben,Müller,Sales,${iam_group.orders.id} oe-viewer
    clara.cole@acme.example,Clara,Cole,Support,
  CSV

  # A user whose row is removed keeps the account, locked and in no group.
  on_destroy = "lock"
}
