import {
  to = iam_product.service_hub
  id = "service_hub"
}
