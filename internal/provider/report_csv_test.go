package provider_test

import (
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// csvdecode reads back what the rows say, whatever people and groups are
// called. What a spreadsheet would run as a formula got an apostrophe.
func TestAccReport_csvdecode(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	w := providertest.NewWorkspace(t, map[string]string{"provider.tf": providertest.Source + b.HCL, "main.tf": `
resource "iam_user" "hostile" {
  email      = "hostile@acme.example"
  first_name = "=HYPERLINK(\"http://x\")"
  last_name  = "O'Neil, \"Bo\"\nsecond line; Zoë"
}
resource "iam_group" "hostile" {
  id     = "-2"
  name   = { en = "@SUM(1)" }
  access = { orders = "manage", catalogs = "read" }
}
resource "iam_group_membership" "hostile" {
  group_id = iam_group.hostile.id
  user_id  = iam_user.hostile.id
}
data "iam_access_review" "all" {
  include_rows = true
  include_csv  = true

  depends_on = [iam_group_membership.hostile]
}
locals {
  rows = data.iam_access_review.all.rows
  read = csvdecode(data.iam_access_review.all.csv)
  sold = one([for row in local.read : row if row.entity == "orders" && row.email == "hostile@acme.example"])
}
output "sold" {
  value = local.sold
  precondition {
    condition     = [for r in local.rows : [r.email, r.entity, r.entity_label, r.level]] == [for r in local.read : [r.email, r.entity, r.entity_label, r.level]]
    error_message = "The rows and the CSV differ."
  }
  precondition {
    condition     = local.sold.name == "'=HYPERLINK(\"http://x\") O'Neil, \"Bo\"\nsecond line; Zoë" && local.sold.granted_by == "'-2"
    error_message = "The CSV says ${jsonencode(local.sold)}."
  }
}
`})
	w.Apply()
	w.NoChanges()
}
