package store

import (
	"context"
	"time"
)

// The kinds of invitations.
const (
	InvitedUser   = "user"   // to the tenant: SubjectID is a User's
	InvitedMember = "member" // to its team: SubjectID is a TeamMember's
)

// Invitation is an invitation of someone without an account.
type Invitation struct {
	Tenant     string
	ID         string
	Kind       string
	SubjectID  string
	Email      string
	Sent       int // 1, and one more with each resend
	CreatedAt  time.Time
	ExpiresAt  time.Time
	ResentAt   time.Time // zero if it was not sent again
	SentAt     time.Time // when a mail server last accepted it; zero before
	AcceptedAt time.Time // zero while open
}

// InvitationTx stores invitations.
type InvitationTx interface {
	// CreateInvitation returns ErrExists if the tenant has one with that id, and
	// ErrNotFound if the tenant does not exist.
	CreateInvitation(ctx context.Context, i Invitation) error
	// Invitation returns ErrNotFound if there is none with that id.
	Invitation(ctx context.Context, tenant, id string) (Invitation, error)
	// Invitations lists those of the tenant, ordered by creation time, then id.
	Invitations(ctx context.Context, tenant string) ([]Invitation, error)
	// InvitationsOf lists the subject's invitations of any kind, ordered by creation
	// time, then id.
	InvitationsOf(ctx context.Context, tenant, subjectID string) ([]Invitation, error)
	// UpdateInvitation updates the invitation with fn, which receives the stored
	// record and may run more than once. Tenant, ID and CreatedAt stay as they are.
	// It returns ErrNotFound, or the error of fn; in both cases nothing changes.
	UpdateInvitation(ctx context.Context, tenant, id string, fn func(i *Invitation) error) error
	// AcceptInvitations sets the time of acceptance on all open invitations of the
	// subject, of any kind, if any.
	AcceptInvitations(ctx context.Context, tenant, subjectID string, at time.Time) error
	// CloseInvitations removes the subject's open invitations of the kind, if any, and
	// their links and e-mails. Accepted invitations stay.
	CloseInvitations(ctx context.Context, tenant, kind, subjectID string) error
}
