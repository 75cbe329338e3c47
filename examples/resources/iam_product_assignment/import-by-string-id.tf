import {
  to = iam_product_assignment.anna_watches_bots
  id = "anna.schmidt@acme.example/orchestrator"
}
