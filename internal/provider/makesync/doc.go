// Package makesync holds the types for the sync of users with Make: the
// tenant's Make organization and its members.
package makesync
