# Users whose groups have a role in Make become members of this organization.
resource "iam_make_organization" "this" {
  organization_id = "12345"
  prune_stale     = true # who loses the roles is removed
}

# An external Make needs its address and a key, which is in no state and no plan.
# Raise the version when the key changes:
#
#   variable "make_api_key" {
#     type      = string
#     sensitive = true
#     ephemeral = true
#   }
#
#   resource "iam_make_organization" "this" {
#     organization_id    = "12345"
#     api_url            = "https://eu1.make.com"
#     api_key_wo         = var.make_api_key
#     api_key_wo_version = 1
#   }
