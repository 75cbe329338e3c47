# Only people with an address of the company are invited.
resource "iam_company_domains" "this" {
  domains = ["acme.example", "acme.test"]
}

# depends_on adds a new domain before people of it are invited.
resource "iam_user" "anna" {
  email      = "anna.schmidt@acme.test"
  first_name = "Anna"
  last_name  = "Schmidt"
  depends_on = [iam_company_domains.this]
}
