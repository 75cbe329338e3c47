data "iam_access_review" "all" {
  include_csv = true
}

# For a spreadsheet: terraform output -raw access_review > review.csv
output "access_review" {
  value = data.iam_access_review.all.csv
}

# Findings by kind.
output "findings" {
  value = { for finding in data.iam_access_review.all.findings : finding.kind => finding.text... }
}

check "someone_administers" {
  assert {
    condition     = length(data.iam_access_review.all.admins) > 0
    error_message = "Nobody can manage users and groups."
  }
}

# Only the members of one group, the backoffice managers.
data "iam_access_review" "managers" {
  group_ids = ["1gr5e52e-6e27-4ac5-9471-2467d3fb7503"]
}
