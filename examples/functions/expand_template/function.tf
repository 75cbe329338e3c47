# What viewers get who manage orders and do not see prices.
output "access" {
  value = provider::iam::expand_template("viewer", {
    orders      = "manage"
    price_lists = "none"
  })
}
