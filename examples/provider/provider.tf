terraform {
  required_providers {
    iam = {
      source = "registry.terraform.io/access-config/iam"
    }
  }
}

# A tenant of the public IAM API, or of a reference backend that runs elsewhere
# (terraform-provider-iam serve). Credentials come from IAM_CLIENT_ID and
# IAM_CLIENT_SECRET.
provider "iam" {
  api_url = "https://api.emporix.io"
  tenant  = "acme"

  user_defaults = {
    preferred_site     = "main"
    preferred_currency = "EUR"
    preferred_language = "en"
  }

  # Limits that every plan must keep.
  guardrails {
    require_dependencies        = true
    show_impact                 = true
    max_users_losing_access     = 20
    max_users_gaining_access    = 100
    max_new_admins              = 1
    keep_admins                 = 2
    forbid_lifting_restrictions = true
    protect_users               = ["olivia.owner@acme.example"]
  }
}

# The reference backend inside the provider process, over a file: for trials,
# tests and reviews without an account.
provider "iam" {
  alias  = "sandbox"
  tenant = "acme"

  embedded = {
    path  = "iam.db"
    owner = "olivia.owner@acme.example"
  }
}
