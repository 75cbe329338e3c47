// Package export writes the objects of a tenant as Terraform configuration:
// resources that refer to each other, and import blocks. It knows the
// provider's types by name only and makes no requests.
package export
