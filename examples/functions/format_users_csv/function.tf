# An export of the personnel system, with commas and quotes in names and
# departments. Instead of this text, use csvdecode(file("${path.module}/staff.csv")).
locals {
  staff = csvdecode(<<-CSV
    mail,given,family,unit,status
    ida.oehm@example.com,Ida,Öhm,"Sales, EMEA",active
    ole.aas@example.com,Ole,Ås,"R&D ""Labs""",on leave
    eva.lind@example.com,Eva,Lind,Support,left
  CSV
  )
}

resource "iam_users_csv" "staff" {
  csv = provider::iam::format_users_csv({
    for r in local.staff : r.mail => {
      first_name = r.given
      last_name  = r.family
      department = r.unit
      locked     = r.status == "on leave"
      groups     = r.unit == "Support" ? [] : ["oe-viewer"]
    } if r.status != "left"
  })
}
