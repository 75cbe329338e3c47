// Package seed fills a tenant from a plain configuration such as export writes:
// resource blocks with literals and references among them. It reads the files
// without Terraform and lets the provider plan and apply each resource, so a
// seed passes the same checks as an apply. It knows no types and no rules.
package seed
