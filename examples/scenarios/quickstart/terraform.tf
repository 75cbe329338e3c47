terraform {
  required_providers {
    iam = {
      source = "registry.terraform.io/access-config/iam"
    }
  }
}

# The reference backend runs inside the provider and keeps the tenant in this
# file. It needs no account and no port.
provider "iam" {
  tenant = "acme"

  embedded = {
    path  = var.database
    owner = "olivia.owner@acme.example"
  }

  user_defaults = {
    preferred_site     = "main"
    preferred_currency = "EUR"
    preferred_language = "en"
  }

  # Limits that every plan must keep.
  guardrails {
    keep_admins    = 1
    max_new_admins = 1
  }
}

variable "database" {
  description = "Path of the embedded backend's database."
  type        = string
  default     = "iam.db"
}
