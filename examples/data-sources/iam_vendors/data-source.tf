resource "iam_vendor" "group" {
  id   = "raw-materials"
  name = "Raw Materials"
}

resource "iam_vendor" "subsidiary" {
  id        = "raw-materials-fr"
  name      = "Raw Materials France"
  type      = "SUBSIDIARY"
  parent_id = iam_vendor.group.id
}

# Everything directly below one vendor.
data "iam_vendors" "subsidiaries" {
  parent_id  = iam_vendor.group.id
  depends_on = [iam_vendor.subsidiary]
}

output "subsidiaries" {
  value = { for v in data.iam_vendors.subsidiaries.vendors : v.id => v.name }
}
