# The Owner and Admins of the team hold a new product at once.
resource "iam_product" "service_hub" {
  id    = "service_hub"
  label = "Service Hub"
  roles = ["editor", "viewer"]
}

resource "iam_team_member" "anna" {
  email = "anna.schmidt@acme.example"
  role  = "member"
}

# Members hold it once it is assigned to them.
resource "iam_product_assignment" "anna_reads_services" {
  member_id = iam_team_member.anna.id
  product   = iam_product.service_hub.id
  role      = "viewer"
}
