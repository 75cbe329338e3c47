# By id, by the code of a predefined group, or by name.
data "iam_group" "managers" {
  code = "BO_MANAGER"
}

data "iam_group" "viewers" {
  name     = "OE Viewer"
  language = "en"
}

output "managers_can" {
  value = data.iam_group.managers.effective_access
}
