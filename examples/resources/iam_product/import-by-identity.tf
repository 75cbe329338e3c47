import {
  to = iam_product.service_hub
  identity = {
    id = "service_hub"
  }
}
