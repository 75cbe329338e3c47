import {
  to = iam_site.uk
  identity = {
    code = "uk-store"
  }
}
