# A role template without changes.
resource "iam_group" "pricing" {
  id            = "pricing"
  name          = { en = "Pricing Manager", de = "Preismanagement" }
  role_template = "pricing_manager"
}

# A role template with changed levels: effective_access in the plan shows what
# members will be able to do.
resource "iam_group" "catalog" {
  id            = "catalog"
  name          = { en = "Catalog Manager" }
  description   = { en = "Manages catalogs, reads suppliers." }
  role_template = "catalog_manager"

  access = {
    suppliers = "read"
    webhooks  = "none"
  }
}

# A role of the Orchestration Engine. It gives no role in Make: that is an access
# control, which only a group of the Orchestration Engine can have.
resource "iam_group" "automation" {
  id                 = "automation"
  name               = { en = "Automation" }
  product            = "orchestration_engine"
  role_template      = "oe_editor"
  access_control_ids = ["make-scenario-editor"]
}

# Levels only, for the Orchestration Engine.
resource "iam_group" "forms" {
  name = { en = "Form Editors" }

  access = {
    forms = "edit"
  }
}
