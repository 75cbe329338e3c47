data "iam_access_catalog" "all" {}

# The entities that access of a group can name, by category.
output "entities" {
  value = {
    for category in data.iam_access_catalog.all.categories : category => [
      for entity in data.iam_access_catalog.all.entities : entity.code if entity.category == category
    ]
  }
}

output "restriction_aware" {
  value = [for entity in data.iam_access_catalog.all.entities : entity.code if entity.restriction_aware]
}

# The levels that managing an entity also needs.
output "dependencies" {
  value = { for dependency in data.iam_access_catalog.all.dependencies : dependency.entity => dependency.needs... }
}
