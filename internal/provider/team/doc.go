// Package team holds the types about the team of a tenant: its members, its
// Owner, and the products that they may use.
package team
