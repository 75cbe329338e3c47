resource "iam_vendor" "raw_materials" {
  id   = "raw-materials"
  name = "Raw Materials"

  legal_info = {
    legal_name              = "Raw Materials GmbH"
    registration_date       = "2022-03-31"
    country_of_registration = "DE"
  }

  contacts = [
    { first_name = "Anna", last_name = "Schmidt", email = "anna.schmidt@vendor.example" },
  ]
}

# The product managers of this vendor can publish its products.
resource "iam_vendor" "abc" {
  id                       = "abc"
  name                     = "ABC Company"
  product_managers_publish = true
}

# A group of the vendor besides the four that the API creates.
resource "iam_group" "abc_clerks" {
  id            = "abc-clerks"
  name          = { en = "ABC Company Clerks" }
  vendor_id     = iam_vendor.abc.id
  role_template = "vendor"

  access = {
    orders   = "manage"
    products = "read"
  }
}

# Anna manages the vendor's orders and sees its products.
resource "iam_user" "anna" {
  email      = "anna.schmidt@vendor.example"
  first_name = "Anna"
  last_name  = "Schmidt"
}

resource "iam_user_groups" "anna" {
  user_id = iam_user.anna.id
  group_ids = [
    iam_vendor.raw_materials.group_ids["order_manager"],
    iam_vendor.raw_materials.group_ids["product_viewer"],
  ]
}
