variable "prune_stale" {
  description = "Remove who no longer builds scenarios from Make. Otherwise they keep access and are stale."
  type        = bool
  default     = false
}

# Without api_url and api_key_wo this is an organization of the Make that the
# reference backend brings along.
resource "iam_make_organization" "this" {
  organization_id = "12345"
  prune_stale     = var.prune_stale
}

# Reading waits until the sync has tried what has just changed.
data "iam_make_members" "all" {
  depends_on = [iam_make_organization.this, iam_group_members.builders]
}

output "make" {
  description = "How each user stands with the Make organization."
  value       = { for member in data.iam_make_members.all.members : member.email => member.status }
}

# What someone should look at.
data "iam_access_review" "all" {
  depends_on = [iam_make_organization.this, iam_group_members.builders, data.iam_make_members.all]
}

output "stale" {
  description = "Who keeps access to Make without the roles for it."
  value       = [for finding in data.iam_access_review.all.findings : finding.email if finding.kind == "stale_make_member"]
}
