# The products of members. The Owner and Admins have every product by their role,
# and billing contacts have none, so only members are listed here.
locals {
  developers = toset(split(",", var.developers))
}

resource "iam_product_assignment" "studio" {
  for_each = local.developers

  member_id = iam_team_member.this[each.key].id
  product   = "studio_pro"
}

resource "iam_product_assignment" "runner" {
  for_each = setunion(local.developers, split(",", var.operators))

  member_id = iam_team_member.this[each.key].id
  product   = "bot_runner"
}

resource "iam_product_assignment" "orchestrator" {
  for_each = merge(
    { for email in local.developers : email => "admin" },
    { for email in split(",", var.analysts) : email => "analyst" },
  )

  member_id = iam_team_member.this[each.key].id
  product   = "orchestrator"
  role      = each.value
}
