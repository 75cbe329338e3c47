# The assignments of the Orchestrator.
list "iam_product_assignment" "orchestrator" {
  provider         = iam
  include_resource = true

  config {
    product = "orchestrator"
  }
}
