import {
  to = iam_company_domains.this
  id = "acme"
}
