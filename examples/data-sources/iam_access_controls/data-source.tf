data "iam_access_controls" "predefined" {
  predefined = true
}

# Which access controls give the scope to manage webhooks?
output "who_manages_webhooks" {
  value = [
    for c in data.iam_access_controls.predefined.access_controls : c.name["en"]
    if contains(c.scopes, "webhook.subscription_manage")
  ]
}
