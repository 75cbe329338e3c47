import {
  to = iam_site.uk
  id = "uk-store"
}
