// Package visibility has the types about what records users see: the
// restriction values that a tenant allows, how they are tied to its sites, and
// the sites.
package visibility
