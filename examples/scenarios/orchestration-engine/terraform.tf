terraform {
  required_providers {
    iam = {
      source = "registry.terraform.io/access-config/iam"
    }
  }
}

# The reference backend runs inside the provider, over this file.
provider "iam" {
  tenant = "acme"

  embedded = {
    path  = var.database
    owner = "olivia.owner@acme.example"
  }
}

variable "database" {
  description = "Path of the embedded backend's database."
  type        = string
  default     = "iam.db"
}
