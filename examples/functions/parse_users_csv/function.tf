locals {
  users = provider::iam::parse_users_csv(<<-CSV
    email,first_name,last_name,department
    anna.schmidt@example.com,Anna,Schmidt,Orders
    ben.weber@example.com,Ben,Weber,
  CSV
  )

  # A table that was made for something else: columns by other names, and one
  # that is of no use here.
  branch = provider::iam::parse_users_csv(<<-CSV
    E-Mail;Vorname;Nachname;Telefon
    jana.koch@example.com;Jana;Koch;+49 30 000
  CSV
    , {
      columns = { first_name = "Vorname", last_name = "Nachname" }
      ignore  = ["Telefon"]
  })
}

# A resource for each row. iam_users_csv manages a large table in one.
resource "iam_user" "this" {
  for_each = merge(local.users, local.branch)

  email          = each.value.email
  first_name     = each.value.first_name
  last_name      = each.value.last_name
  department     = each.value.department
  preferred_site = "main"
}
