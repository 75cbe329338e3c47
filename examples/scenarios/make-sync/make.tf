variable "prune_stale" {
  description = "Remove users from Make who no longer build scenarios. Otherwise they are stale and keep access."
  type        = bool
  default     = false
}

# Without api_url and api_key_wo, this is an organization of the reference
# backend's own Make.
resource "iam_make_organization" "this" {
  organization_id = "12345"
  prune_stale     = var.prune_stale
}

# The read waits until the sync has tried the latest changes.
data "iam_make_members" "all" {
  depends_on = [iam_make_organization.this, iam_group_members.builders]
}

output "make" {
  description = "Status of each user in the Make organization."
  value       = { for member in data.iam_make_members.all.members : member.email => member.status }
}

# Findings.
data "iam_access_review" "all" {
  depends_on = [iam_make_organization.this, iam_group_members.builders, data.iam_make_members.all]
}

output "stale" {
  description = "Users who keep access to Make without a role for it."
  value       = [for finding in data.iam_access_review.all.findings : finding.email if finding.kind == "stale_make_member"]
}
