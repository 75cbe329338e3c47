data "iam_sites" "all" {
  include_inactive = true
}

output "site_codes" {
  value = data.iam_sites.all.sites[*].code
}
