# What changes between one role template and another.
output "move" {
  value = provider::iam::compare_access(
    provider::iam::expand_template("pricing_manager", {}),
    provider::iam::expand_template("catalog_manager", {}),
  )
}
