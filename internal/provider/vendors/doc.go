// Package vendors holds the types about vendors and the groups that come with
// them.
package vendors
