# The access of viewers who manage orders and cannot read prices.
output "access" {
  value = provider::iam::expand_template("viewer", {
    orders      = "manage"
    price_lists = "none"
  })
}
