# By member, an e-mail address or an id, and product.
terraform import iam_product_assignment.anna_watches_bots anna.schmidt@acme.example/orchestrator
