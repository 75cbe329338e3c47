package store

import (
	"context"
	"time"
)

// MakeMember is a user as tracked by the sync with Make: the desired state in the
// Make organization, and how far it is applied. After the user leaves the tenant,
// the record stays as long as the organization has the member.
type MakeMember struct {
	Tenant    string
	ID        string // of the user
	Email     string
	Name      string
	Roles     []string  // as in access.MakeRoles; none if the user is removed or locked
	Present   bool      // Make has reported that the organization has the member
	Pending   bool      // the desired state is not applied yet
	Change    int       // increases with each change of the desired state
	Attempts  int       // failed attempts since the last success
	LastError string    // of the last attempt; empty if it succeeded
	DueAt     time.Time // time of the next attempt, while pending
	CreatedAt time.Time
	ChangedAt time.Time // when the desired state changed
	SyncedAt  time.Time // when it was last applied; zero if never
}

// The changes that a MakeNotice is about.
const (
	MakeJoined  = "joined"  // the user becomes a member of the organization, or has roles again
	MakeChanged = "changed" // the user's groups have changed
	MakeLost    = "lost"    // the last role is lost, and the user stays a member
	MakeRemoved = "removed" // the last role is lost, and so is the membership
)

// MakeNotice is an e-mail that notifies a user of access to Make.
type MakeNotice struct {
	Tenant    string
	ID        string
	UserID    string
	Email     string
	Name      string
	Change    string
	Roles     []string // after the change
	CreatedAt time.Time
	ReadyAt   time.Time // when it became a Mail; zero while it waits for Make
	SentAt    time.Time // when a mail server accepted it; zero before
}

// MakeTx stores the state of the sync with Make.
type MakeTx interface {
	// CreateMakeMember returns ErrExists if the tenant has one for that user, and
	// ErrNotFound if the tenant does not exist.
	CreateMakeMember(ctx context.Context, m MakeMember) error
	// MakeMember returns ErrNotFound if there is none for that user.
	MakeMember(ctx context.Context, tenant, userID string) (MakeMember, error)
	// MakeMembers lists those of the tenant, ordered by creation time, then id.
	MakeMembers(ctx context.Context, tenant string) ([]MakeMember, error)
	// MakeCandidates lists the ids after one, at most that many, in byte order: of the
	// tenant's users, and of its members of Make, who may have left the tenant.
	MakeCandidates(ctx context.Context, tenant, after string, limit int) ([]string, error)
	// NextMakeMember returns the pending member, of any tenant, with the earliest
	// due time, even if that is in the future. It returns ErrNotFound if none is
	// pending.
	NextMakeMember(ctx context.Context) (MakeMember, error)
	// UpdateMakeMember updates the member with fn, which receives the stored record
	// and may run more than once. Tenant, ID and CreatedAt stay as they are. It
	// returns ErrNotFound, or the error of fn; in both cases nothing changes.
	UpdateMakeMember(ctx context.Context, tenant, userID string, fn func(m *MakeMember) error) error
	// PutOffMakeMembers postpones the tenant's pending members that are due before a
	// time to that time, and counts a failed attempt with its cause.
	PutOffMakeMembers(ctx context.Context, tenant string, until time.Time, cause string) error
	// DeleteMakeMember returns ErrNotFound if there is none for that user.
	DeleteMakeMember(ctx context.Context, tenant, userID string) error

	// CreateMakeNotice returns ErrExists if the tenant has one with that id, and
	// ErrNotFound if the tenant does not exist.
	CreateMakeNotice(ctx context.Context, n MakeNotice) error
	// MakeNotice returns ErrNotFound if there is none with that id.
	MakeNotice(ctx context.Context, tenant, id string) (MakeNotice, error)
	// MakeNotices lists those of the tenant, ordered by creation time, then id.
	MakeNotices(ctx context.Context, tenant string) ([]MakeNotice, error)
	// WaitingMakeNotices lists the notices to a user that wait for Make, ordered like
	// MakeNotices.
	WaitingMakeNotices(ctx context.Context, tenant, userID string) ([]MakeNotice, error)
	// UpdateMakeNotice updates the notice with fn, which receives the stored record and
	// may run more than once. Tenant, ID and CreatedAt stay as they are. It returns
	// ErrNotFound, or the error of fn; in both cases nothing changes.
	UpdateMakeNotice(ctx context.Context, tenant, id string, fn func(n *MakeNotice) error) error
	// DropMakeNotices removes the notices to a user that wait for Make, if any.
	DropMakeNotices(ctx context.Context, tenant, userID string) error
}
