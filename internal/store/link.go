package store

import (
	"context"
	"time"
)

// The purposes of links.
const (
	LinkInvitation = "invitation" // SubjectID is an Invitation's
	LinkSignIn     = "sign-in"    // SubjectID is that of a User, or of a TeamMember who is none
)

// Link is a link that a person gets, without its secret. It is for one purpose.
type Link struct {
	Tenant    string
	Hash      string // of its secret
	Purpose   string
	SubjectID string
	CreatedAt time.Time
	ExpiresAt time.Time
	EndedAt   time.Time // when it was used or replaced; zero before
}

// LinkTx stores links.
type LinkTx interface {
	// CreateLink returns ErrExists if the tenant has one with that hash, and
	// ErrNotFound if the tenant does not exist.
	CreateLink(ctx context.Context, l Link) error
	// Link returns ErrNotFound if there is none with that hash for that purpose.
	Link(ctx context.Context, tenant, purpose, hash string) (Link, error)
	// EndLinks sets the time at which the subject's links for the purpose ended, on
	// those that have not.
	EndLinks(ctx context.Context, tenant, purpose, subjectID string, at time.Time) error
	// DropLinks removes the tenant's links for the purpose that expired before a time,
	// if any.
	DropLinks(ctx context.Context, tenant, purpose string, before time.Time) error
}
