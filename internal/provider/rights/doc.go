// Package rights holds the types about what can be granted: role templates and
// what they consist of.
package rights
