# Everybody and their groups. A user can be in several groups: the highest level
# wins, and no group takes away what another one gives.
locals {
  users = {
    "anna.schmidt@acme.example"   = { name = ["Anna", "Schmidt"], department = "Fulfillment DE", groups = ["orders-de"] }
    "ben.mueller@acme.example"    = { name = ["Ben", "Müller"], department = "Fulfillment DE", groups = ["orders-de"] }
    "clara.weber@acme.example"    = { name = ["Clara", "Weber"], department = "Fulfillment DE", groups = ["orders-de"] }
    "david.wagner@acme.example"   = { name = ["David", "Wagner"], department = "Fulfillment DE", groups = ["orders-de"] }
    "emily.johnson@acme.example"  = { name = ["Emily", "Johnson"], department = "Fulfillment US", groups = ["orders-us"] }
    "frank.williams@acme.example" = { name = ["Frank", "Williams"], department = "Fulfillment US", groups = ["orders-us"] }
    "grace.brown@acme.example"    = { name = ["Grace", "Brown"], department = "Fulfillment US", groups = ["orders-us"] }
    "henry.davis@acme.example"    = { name = ["Henry", "Davis"], department = "Fulfillment US", groups = ["orders-us", "viewers"] }
    "isabel.garcia@acme.example"  = { name = ["Isabel", "García"], department = "Catalog", groups = ["catalog"] }
    "jonas.fischer@acme.example"  = { name = ["Jonas", "Fischer"], department = "Catalog", groups = ["catalog"] }
    "karin.hoffmann@acme.example" = { name = ["Karin", "Hoffmann"], department = "Catalog", groups = ["catalog", "pricing"] }
    "liam.miller@acme.example"    = { name = ["Liam", "Miller"], department = "Pricing", groups = ["pricing"] }
    "mia.koch@acme.example"       = { name = ["Mia", "Koch"], department = "Pricing", groups = ["pricing"] }
    "noah.wilson@acme.example"    = { name = ["Noah", "Wilson"], department = "Sales", groups = ["viewers"] }
    "olga.petrova@acme.example"   = { name = ["Olga", "Petrova"], department = "Sales", groups = ["viewers"] }
    "paul.richter@acme.example"   = { name = ["Paul", "Richter"], department = "Support", groups = ["viewers"] }
    "quinn.taylor@acme.example"   = { name = ["Quinn", "Taylor"], department = "Support", groups = ["viewers"] }
    "rosa.lopez@acme.example"     = { name = ["Rosa", "López"], department = "Finance", groups = ["viewers"] }
    "sven.bauer@acme.example"     = { name = ["Sven", "Bauer"], department = "IT", groups = ["administrators"] }
    "tara.anderson@acme.example"  = { name = ["Tara", "Anderson"], department = "IT", groups = ["oe-editor"] }
    "uwe.schaefer@acme.example"   = { name = ["Uwe", "Schäfer"], department = "IT", groups = [] }
  }
}

resource "iam_user" "this" {
  for_each = local.users

  email      = each.key
  first_name = each.value.name[0]
  last_name  = each.value.name[1]
  department = each.value.department
}
