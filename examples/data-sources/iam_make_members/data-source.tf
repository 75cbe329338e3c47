# Users who have lost their roles in Make but keep access there.
data "iam_make_members" "stale" {
  status = "stale"
}

output "to_be_removed_from_make" {
  value = data.iam_make_members.stale.members[*].email
}
