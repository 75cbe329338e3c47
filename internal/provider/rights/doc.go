// Package rights holds the types about what can be granted: role templates,
// access controls and scopes.
package rights
