# Users whose groups carry a role in Make become members of this organization.
resource "iam_make_organization" "this" {
  organization_id = "12345"
  prune_stale     = true # who loses the roles is removed
}
