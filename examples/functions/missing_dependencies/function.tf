locals {
  access = {
    returns   = "manage"
    customers = "read"
    orders    = "read"
    products  = "read"
  }
}

# Stops before anything is created if a level is missing, and says which.
resource "iam_group" "returns" {
  id     = "returns"
  name   = { en = "Returns" }
  access = local.access

  lifecycle {
    precondition {
      condition     = length(provider::iam::missing_dependencies(local.access)) == 0
      error_message = join("\n", values(provider::iam::missing_dependencies(local.access)))
    }
  }
}
