// Package export writes the objects of a tenant as the configuration that
// manages them: resources that refer to each other, and the blocks that import
// them. It knows the provider's types by name only, and asks no one.
package export
