// Package seed fills a tenant from a configuration of the plain kind that export
// writes: resource blocks with literals and references among them. It reads the
// files without Terraform, and has the provider plan and apply each resource, so
// that a seed passes the checks that an apply does. It knows no type and no rule.
package seed
