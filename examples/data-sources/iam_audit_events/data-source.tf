# Changes of groups since the last review.
data "iam_audit_events" "groups" {
  kind  = "group"
  since = "2026-01-01T00:00:00Z"
  limit = 500
}

output "changed_groups" {
  description = "Time, actor and action by group."
  value = {
    for event in data.iam_audit_events.groups.events :
    event.object_id => "${event.time} ${event.actor_kind} ${coalesce(event.actor, "-")}: ${event.action}"...
  }
}
