package store

import (
	"context"
	"time"
)

// The kinds of e-mails.
const (
	MailInvitation = "invitation"  // ID is an Invitation's
	MailMakeNotice = "make-notice" // ID is a MakeNotice's
	MailSignIn     = "sign-in"     // ID is the e-mail address that was given, which may be nobody's
)

// Mail is an e-mail that is not handed to a mail server yet.
type Mail struct {
	Tenant    string
	ID        string // of what it is about
	Kind      string
	Round     int // of an invitation: as Sent; of a link to sign in with: when it was asked for
	Attempts  int // that failed
	LastError string
	DueAt     time.Time // time of the next attempt
	CreatedAt time.Time
}

// MailTx stores the e-mails to be sent.
type MailTx interface {
	// PutMail creates the e-mail or replaces the one with its id. It returns
	// ErrNotFound if the tenant does not exist.
	PutMail(ctx context.Context, m Mail) error
	// Mail returns ErrNotFound if there is none with that id.
	Mail(ctx context.Context, tenant, id string) (Mail, error)
	// Mails lists those of the tenant, ordered by id, byte-wise.
	Mails(ctx context.Context, tenant string) ([]Mail, error)
	// NextMail returns the e-mail, of any tenant, with the earliest due time, even if
	// that is in the future. It returns ErrNotFound if there is none.
	NextMail(ctx context.Context) (Mail, error)
	// DeleteMail returns ErrNotFound if there is none with that id.
	DeleteMail(ctx context.Context, tenant, id string) error
	// DropMails removes the tenant's e-mails that were created before a time, if any.
	DropMails(ctx context.Context, tenant string, before time.Time) error
}
