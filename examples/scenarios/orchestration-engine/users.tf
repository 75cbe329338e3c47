locals {
  users = {
    "anna.schmidt"  = "Anna Schmidt"
    "ben.mueller"   = "Ben Müller"
    "clara.weber"   = "Clara Weber"
    "david.wagner"  = "David Wagner"
    "emily.johnson" = "Emily Johnson"
    "olivia.owner"  = "Olivia Brandt"
  }
}

resource "iam_user" "this" {
  for_each = local.users

  email      = "${each.key}@processes.example"
  first_name = split(" ", each.value)[0]
  last_name  = split(" ", each.value)[1]
  department = "Operations"
}
