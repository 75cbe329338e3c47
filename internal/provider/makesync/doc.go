// Package makesync holds the types about the sync of users with Make: the
// tenant's Make organization, and whom the sync brings there.
package makesync
