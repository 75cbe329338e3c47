package store

import (
	"context"
	"time"
)

// MakeMember is a user as the sync with Make knows it: what the tenant wants of
// the Make organization, and what of it is done. It stays when the user leaves
// the tenant, as long as the organization has the member.
type MakeMember struct {
	Tenant    string
	ID        string // of the user
	Email     string
	Name      string
	Roles     []string  // in Make, as access.MakeRoles; none when the user is gone or locked
	Present   bool      // Make has said that the organization has the member
	Pending   bool      // something is to be done
	Change    int       // grows with each change of what is wanted
	Attempts  int       // that failed since it last succeeded
	LastError string    // of the last attempt; empty when it succeeded
	DueAt     time.Time // when to try next, while pending
	CreatedAt time.Time
	ChangedAt time.Time // when what is wanted changed
	SyncedAt  time.Time // when it was done last; zero while it never was
}

// MakeNotice is an e-mail that tells a user of access to Make.
type MakeNotice struct {
	Tenant    string
	ID        string
	UserID    string
	Email     string
	CreatedAt time.Time
	SentAt    time.Time // zero while it waits for Make
}

// MakeTx keeps what the sync with Make does.
type MakeTx interface {
	// CreateMakeMember answers ErrExists when the tenant has one of that user,
	// and ErrNotFound when the tenant does not exist.
	CreateMakeMember(ctx context.Context, m MakeMember) error
	// MakeMember answers ErrNotFound when there is none of that user.
	MakeMember(ctx context.Context, tenant, userID string) (MakeMember, error)
	// MakeMembers lists the tenant's by creation time, then id.
	MakeMembers(ctx context.Context, tenant string) ([]MakeMember, error)
	// NextMakeMember returns the pending member of any tenant that is due first,
	// whether it is due or not. It answers ErrNotFound when none is pending.
	NextMakeMember(ctx context.Context) (MakeMember, error)
	// UpdateMakeMember changes the member by fn, which may run more than once
	// and sees the stored one. Tenant, ID and CreatedAt stay as they are. It
	// answers ErrNotFound, or the error of fn; then nothing changes.
	UpdateMakeMember(ctx context.Context, tenant, userID string, fn func(m *MakeMember) error) error
	// PutOffMakeMembers has the tenant's pending members that are due before a
	// time due at that time, and counts an attempt that failed for the cause.
	PutOffMakeMembers(ctx context.Context, tenant string, until time.Time, cause string) error
	// DeleteMakeMember answers ErrNotFound when there is none of that user.
	DeleteMakeMember(ctx context.Context, tenant, userID string) error

	// CreateMakeNotice answers ErrExists when the tenant has one of that id, and
	// ErrNotFound when the tenant does not exist.
	CreateMakeNotice(ctx context.Context, n MakeNotice) error
	// MakeNotice answers ErrNotFound when there is none of that id.
	MakeNotice(ctx context.Context, tenant, id string) (MakeNotice, error)
	// MakeNotices lists the tenant's by creation time, then id.
	MakeNotices(ctx context.Context, tenant string) ([]MakeNotice, error)
	// WaitingMakeNotices lists those to a user that were not sent, in the order
	// of MakeNotices.
	WaitingMakeNotices(ctx context.Context, tenant, userID string) ([]MakeNotice, error)
	// SentMakeNotice notes when a notice was sent. It answers ErrNotFound when
	// there is none of that id.
	SentMakeNotice(ctx context.Context, tenant, id string, at time.Time) error
	// DropMakeNotices removes those to a user that were not sent; there may be
	// none.
	DropMakeNotices(ctx context.Context, tenant, userID string) error
}
