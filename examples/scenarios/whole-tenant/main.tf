terraform {
  required_providers {
    iam = {
      source = "registry.terraform.io/access-config/iam"
    }
  }
}

# The environment says where the tenant is: IAM_API_URL, IAM_TENANT and
# credentials, or IAM_EMBEDDED_PATH.
provider "iam" {}

# Sites. Groups can be restricted to them.
resource "iam_site" "this" {
  for_each = { de = "Germany", at = "Austria" }

  code = each.key
  name = each.value
}

resource "iam_restriction_settings" "this" {
  sync_with_sites = true
  depends_on      = [iam_restriction.this]
}

resource "iam_restriction" "this" {
  for_each = iam_site.this

  value = each.value.code
}

# A scope of the tenant's own service, and an access control for groups.
resource "iam_scope" "export" {
  id          = "billing.invoice_export"
  description = { en = "Exports invoices" }
  domain      = "billing"
}

resource "iam_access_control" "accounting" {
  id     = "accounting"
  name   = { en = "Accounting" }
  scopes = [iam_scope.export.id, "order.order_read"]

  lifecycle {
    create_before_destroy = true
  }
}

# One group for each site, and one without a restriction.
resource "iam_group" "orders" {
  for_each = iam_restriction.this

  id            = "orders-${each.key}"
  name          = { en = "Orders ${iam_site.this[each.key].name}" }
  role_template = "order_fulfillment_manager"
  restrictions  = [each.value.value]
  depends_on    = [iam_restriction_settings.this]
}

resource "iam_group" "accounting" {
  id                 = "accounting"
  name               = { en = "Accounting" }
  access             = { orders = "read" }
  access_control_ids = [iam_access_control.accounting.id]
}

resource "iam_vendor" "tea" {
  id   = "tea"
  name = "Tea Company"
}

# Only people with an address of the company are invited.
resource "iam_company_domains" "this" {
  domains = ["example.com"]
}

# More users in one table.
resource "iam_users_csv" "warehouse" {
  csv = <<-CSV
    email,first_name,last_name,department,groups
    emil@example.com,Emil,Example,Warehouse,${iam_group.accounting.id}
    frida@example.com,Frida,Example,Warehouse,${iam_group.accounting.id} oe-viewer
  CSV
}

resource "iam_user" "this" {
  for_each = toset(["anna", "ben", "clara", "dora"])

  email          = "${each.key}@example.com"
  first_name     = title(each.key)
  last_name      = "Example"
  preferred_site = iam_site.this["de"].code
}

# All members of a group; a single membership; all groups of a user.
resource "iam_group_members" "orders" {
  for_each = iam_group.orders

  group_id = each.value.id
  members  = { for name in ["anna", "ben"] : iam_user.this[name].email => iam_user.this[name].id }
}

resource "iam_group_membership" "accounting" {
  group_id = iam_group.accounting.id
  user_id  = iam_user.this["clara"].id
}

resource "iam_user_groups" "vendor" {
  user_id   = iam_user.this["dora"].id
  group_ids = [iam_vendor.tea.group_ids["order_manager"]]
}

# The tenant's own role template, and the team with its products.
resource "iam_role_template" "returns" {
  id       = "returns_clerk"
  name     = { en = "Returns Clerk" }
  based_on = "order_fulfillment_manager"
  access   = { sepa = "none" }
}

resource "iam_group" "returns" {
  id            = "returns"
  name          = { en = "Returns" }
  role_template = iam_role_template.returns.id
}

resource "iam_product" "service_hub" {
  id    = "service_hub"
  label = "Service Hub"
}

resource "iam_team_member" "ben" {
  email = "ben@example.com"
  role  = "member"
}

resource "iam_product_assignment" "ben" {
  member_id = iam_team_member.ben.id
  product   = "orchestrator"
  role      = "analyst"
}

# Users who edit scenarios become members of the Make organization.
resource "iam_make_organization" "this" {
  organization_id = "12345"
}
