# Remind one person: terraform apply -invoke=action.iam_resend_invitation.newcomer
action "iam_resend_invitation" "newcomer" {
  config {
    email = "newcomer@example.com"
  }
}

# Remind everybody whose invitation has expired:
# terraform apply -invoke='action.iam_resend_invitation.expired'
data "iam_invitations" "expired" {
  status = "expired"
}

action "iam_resend_invitation" "expired" {
  for_each = { for invitation in data.iam_invitations.expired.invitations : invitation.id => invitation.email }

  config {
    invitation_id = each.key
  }
}
