import {
  to = iam_vendor.raw_materials
  identity = {
    id = "raw-materials"
  }
}
