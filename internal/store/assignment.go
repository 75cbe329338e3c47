package store

import (
	"context"
	"time"
)

// Assignment is the membership of a user in a group. Customers are users of
// another service: UserID need not be a User of this store.
type Assignment struct {
	Tenant    string
	ID        string
	GroupID   string
	UserID    string
	UserType  string
	CreatedAt time.Time
}

// AssignmentTx stores memberships.
type AssignmentTx interface {
	// CreateAssignment returns ErrExists if the user is a member of the group
	// already or the id is in use, and ErrNotFound if the group does not exist.
	CreateAssignment(ctx context.Context, a Assignment) error
	// Assignment returns ErrNotFound if the user is not a member.
	Assignment(ctx context.Context, tenant, groupID, userID string) (Assignment, error)
	// Members lists the group's memberships, ordered by creation time, then id, and
	// returns their total number. A group that does not exist has none.
	Members(ctx context.Context, tenant, groupID string, page Page) (members []Assignment, total int, err error)
	// Memberships lists the user's memberships by group id. A user who does not
	// exist has none.
	Memberships(ctx context.Context, tenant, userID string) ([]Assignment, error)
	// GroupIDs returns, for each of the users, the ids of its groups in the order of
	// Groups. Users without groups are omitted.
	GroupIDs(ctx context.Context, tenant string, userIDs []string) (map[string][]string, error)
	// DeleteAssignment returns ErrNotFound if the user is not a member.
	DeleteAssignment(ctx context.Context, tenant, groupID, userID string) error
	// DeleteMembers removes all members, if any, from the group.
	DeleteMembers(ctx context.Context, tenant, groupID string) error
	// DeleteMemberships removes the user from all groups, if any.
	DeleteMemberships(ctx context.Context, tenant, userID string) error
}
