# The markets: a site each, and a restriction value with the code of the site.
resource "iam_site" "market" {
  for_each = { DE = "Germany", US = "United States" }

  code = each.key
  name = each.value
}

resource "iam_restriction" "market" {
  for_each = iam_site.market
  value    = each.value.code
}
