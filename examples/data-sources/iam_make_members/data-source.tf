# Who has lost the roles in Make and keeps access there.
data "iam_make_members" "stale" {
  status = "stale"
}

output "to_be_removed_from_make" {
  value = data.iam_make_members.stale.members[*].email
}
