# The users of one department, with everything that a configuration needs.
list "iam_user" "fulfillment" {
  provider         = iam
  include_resource = true
  limit            = 1000 # 100 when left out

  config {
    department = "Fulfillment DE"
  }
}
