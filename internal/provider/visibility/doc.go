// Package visibility holds the types that control which records users see: the
// restriction values that a tenant allows, their tie to sites, and the sites.
package visibility
