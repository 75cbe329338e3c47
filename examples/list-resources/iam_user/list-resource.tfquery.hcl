# The users of one department, with everything that a configuration needs.
list "iam_user" "fulfillment" {
  provider         = iam
  include_resource = true

  config {
    department = "Fulfillment DE"
  }
}
