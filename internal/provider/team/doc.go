// Package team holds the types for the team of a tenant: its members, its Owner
// and their products.
package team
