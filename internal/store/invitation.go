package store

import (
	"context"
	"time"
)

// What an invitation is to.
const (
	InvitedUser   = "user"   // the tenant: SubjectID is a User's
	InvitedMember = "member" // its team: SubjectID is a TeamMember's
)

// Invitation is what someone without an account was sent.
type Invitation struct {
	Tenant     string
	ID         string
	Kind       string
	SubjectID  string
	Email      string
	Sent       int // how often
	CreatedAt  time.Time
	ExpiresAt  time.Time
	ResentAt   time.Time // zero when it was sent once
	AcceptedAt time.Time // zero while it is open
}

// InvitationTx keeps invitations.
type InvitationTx interface {
	// CreateInvitation answers ErrExists when the tenant has one of that id,
	// and ErrNotFound when the tenant does not exist.
	CreateInvitation(ctx context.Context, i Invitation) error
	// Invitation answers ErrNotFound when there is none of that id.
	Invitation(ctx context.Context, tenant, id string) (Invitation, error)
	// Invitations lists the tenant's by creation time, then id.
	Invitations(ctx context.Context, tenant string) ([]Invitation, error)
	// InvitationsOf lists the subject's, of any kind, by creation time, then id.
	InvitationsOf(ctx context.Context, tenant, subjectID string) ([]Invitation, error)
	// UpdateInvitation changes the invitation by fn, which may run more than
	// once and sees the stored one. Tenant, ID and CreatedAt stay as they are.
	// It answers ErrNotFound, or the error of fn; then nothing changes.
	UpdateInvitation(ctx context.Context, tenant, id string, fn func(i *Invitation) error) error
	// AcceptInvitations notes for all open invitations of the subject, of any
	// kind, when they were accepted; there may be none.
	AcceptInvitations(ctx context.Context, tenant, subjectID string, at time.Time) error
	// CloseInvitations removes the subject's open invitations of the kind;
	// there may be none. Those that were accepted stay.
	CloseInvitations(ctx context.Context, tenant, kind, subjectID string) error
}
