// Package vendors holds the types for vendors and the groups that the API
// creates for them.
package vendors
