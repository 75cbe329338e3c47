# By the id of the vendor, or by its name.
terraform import iam_vendor.raw_materials raw-materials
terraform import iam_vendor.raw_materials "Raw Materials"
