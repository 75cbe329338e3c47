# Expired invitations, which can be sent again.
data "iam_invitations" "expired" {
  status = "expired"
}

output "to_resend" {
  description = "Ids of expired invitations by e-mail address."
  value       = { for invitation in data.iam_invitations.expired.invitations : invitation.email => invitation.id... }
}
