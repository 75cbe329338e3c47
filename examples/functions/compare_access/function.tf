# What a move from one role template to another takes and gives.
output "move" {
  value = provider::iam::compare_access(
    provider::iam::expand_template("pricing_manager", {}),
    provider::iam::expand_template("catalog_manager", {}),
  )
}
