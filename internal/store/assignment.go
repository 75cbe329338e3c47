package store

import (
	"context"
	"time"
)

// Assignment makes a user a member of a group. Customers are users of another
// service: UserID need not be a User of this store.
type Assignment struct {
	Tenant    string
	ID        string
	GroupID   string
	UserID    string
	UserType  string
	CreatedAt time.Time
}

// AssignmentTx keeps memberships.
type AssignmentTx interface {
	// CreateAssignment answers ErrExists when the user is a member of the
	// group already or the id is taken, and ErrNotFound when the group does
	// not exist.
	CreateAssignment(ctx context.Context, a Assignment) error
	// Assignment answers ErrNotFound when the user is not a member.
	Assignment(ctx context.Context, tenant, groupID, userID string) (Assignment, error)
	// Members lists the group's memberships by creation time, then id, and
	// the number of all. A group that does not exist has none.
	Members(ctx context.Context, tenant, groupID string, page Page) (members []Assignment, total int, err error)
	// Memberships lists the user's memberships by group id. A user who does not
	// exist has none.
	Memberships(ctx context.Context, tenant, userID string) ([]Assignment, error)
	// GroupIDs returns, for each of the users, the ids of its groups in the
	// order of Groups. Users without groups are left out.
	GroupIDs(ctx context.Context, tenant string, userIDs []string) (map[string][]string, error)
	// DeleteAssignment answers ErrNotFound when the user is not a member.
	DeleteAssignment(ctx context.Context, tenant, groupID, userID string) error
	// DeleteMembers removes everybody from the group; it may be empty.
	DeleteMembers(ctx context.Context, tenant, groupID string) error
	// DeleteMemberships removes the user from every group; there may be none.
	DeleteMemberships(ctx context.Context, tenant, userID string) error
}
