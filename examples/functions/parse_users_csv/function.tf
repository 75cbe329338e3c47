locals {
  users = provider::iam::parse_users_csv(<<-CSV
    email,first_name,last_name,department
    anna.schmidt@example.com,Anna,Schmidt,Orders
    ben.weber@example.com,Ben,Weber,
  CSV
  )

  # A table from another system: columns with other names, and one to ignore.
  branch = provider::iam::parse_users_csv(<<-CSV
    E-Mail;Vorname;Nachname;Telefon
    jana.koch@example.com;Jana;Koch;+49 30 000
  CSV
    , {
      columns = { first_name = "Vorname", last_name = "Nachname" }
      ignore  = ["Telefon"]
  })
}

# A resource for each row. For a large table, use iam_users_csv.
resource "iam_user" "this" {
  for_each = merge(local.users, local.branch)

  email          = each.value.email
  first_name     = each.value.first_name
  last_name      = each.value.last_name
  department     = each.value.department
  preferred_site = "main"
}
