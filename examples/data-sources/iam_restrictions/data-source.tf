data "iam_restrictions" "all" {}

output "values_that_only_old_groups_hold" {
  value = data.iam_restrictions.all.stale
}
