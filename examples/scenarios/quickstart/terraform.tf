terraform {
  required_providers {
    iam = {
      source = "registry.terraform.io/access-config/iam"
    }
  }
}

# The reference backend runs inside the provider, over this file: no account,
# no port, nothing to clean up but the file.
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
}

variable "database" {
  description = "Path of the embedded backend's database."
  type        = string
  default     = "iam.db"
}
