import {
  to = iam_vendor.raw_materials
  id = "raw-materials"
}
