// Package directory holds the types about people: users, groups and the
// memberships that tie them together.
package directory
