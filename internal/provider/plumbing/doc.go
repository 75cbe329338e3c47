// Package plumbing is what every resource and data source stands on: the
// configured client, diagnostics in one grammar, and the conversions and
// validators that more than one type needs.
package plumbing
