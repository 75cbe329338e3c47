terraform {
  required_providers {
    iam = {
      source = "registry.terraform.io/access-config/iam"
    }
  }
}

# Two organizations on one platform, each with a tenant and a provider. Accounts
# belong to the platform, so one person can be in both.
provider "iam" {
  alias  = "north"
  tenant = "north"

  embedded = {
    path  = var.database
    owner = "nora.owner@north.example"
  }
}

provider "iam" {
  alias  = "south"
  tenant = "south"

  embedded = {
    path  = var.database
    owner = "sam.owner@south.example"
  }
}

variable "database" {
  description = "Path of the embedded backends' common database."
  type        = string
  default     = "iam.db"
}
