// Package directory has the types for people: users, groups and memberships.
package directory
