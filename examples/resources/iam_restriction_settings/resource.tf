resource "iam_site" "de" {
  code = "DE"
  name = "Germany"
}

# Groups can be restricted to the codes of the tenant's sites.
resource "iam_restriction_settings" "this" {
  sync_with_sites = true
  values          = ["main", iam_site.de.code]
}

resource "iam_group" "orders_de" {
  id            = "orders-de"
  name          = { en = "Orders DE" }
  role_template = "order_fulfillment_manager"
  restrictions  = [iam_site.de.code]
  depends_on    = [iam_restriction_settings.this]
}
