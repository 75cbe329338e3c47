// Package rights holds the types for what can be granted: role templates,
// access controls and scopes.
package rights
