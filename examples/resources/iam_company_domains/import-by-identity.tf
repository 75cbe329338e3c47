import {
  to = iam_company_domains.this
  identity = {
    id = "acme"
  }
}
