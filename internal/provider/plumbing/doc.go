// Package plumbing holds what the resources and data sources share: the configured
// client, diagnostics in one style, and conversions and validators that more than
// one type needs.
package plumbing
