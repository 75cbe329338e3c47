# By id.
terraform import iam_product.service_hub service_hub
