resource "iam_site" "uk" {
  code              = "uk-store"
  name              = "United Kingdom"
  default_language  = "en"
  currency          = "GBP"
  country           = "GB"
  zip_code          = "SW1A 1AA"
  ship_to_countries = ["GB", "IE"]
}

# Other attributes default to those of the tenant's default site.
resource "iam_site" "pilot" {
  code   = "pilot"
  name   = "Pilot"
  active = false
}
