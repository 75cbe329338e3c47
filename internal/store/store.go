// Package store is the storage contract of the reference backend: records, the
// operations on them, and the errors that each operation returns. It contains no
// SQL; sqlstore implements it and storetest tests the implementation with a
// sub-test for each sentence.
package store

import (
	"context"
	"errors"
	"io"
	"time"
)

// The errors that operations return. Test with errors.Is; an error may wrap one
// of these with more text.
var (
	ErrNotFound   = errors.New("not found")
	ErrExists     = errors.New("already exists")
	ErrConflict   = errors.New("changed by someone else")
	ErrReferenced = errors.New("still in use")
	ErrFull       = errors.New("the database or its disk is full, or a quota or limit of it is reached")
	ErrReadOnly   = errors.New("the database is read-only")
	// ErrUnavailable: nothing was changed, and the same operation may succeed later.
	ErrUnavailable = errors.New("the database cannot be reached, or is busy")
	// ErrUnsure: the connection was lost during the commit.
	ErrUnsure  = errors.New("the database did not say whether it kept the change")
	ErrDamaged = errors.New("the database file is damaged: restore it from a backup")
	ErrTables  = errors.New("the tables of the database are not those of this program")
	// ErrSuperseded: a newer version of the program uses the database, and writes of
	// this one would damage its data.
	ErrSuperseded = errors.New("a newer version of this program has taken over the database")
	// ErrOtherTenant: a transaction of one tenant used a record of another, which is a
	// mistake in the program.
	ErrOtherTenant = errors.New("not in a transaction of this tenant")

	// ErrInvalid rejects a record because of its text: it contains a zero byte, is
	// not UTF-8, or is a key longer than MaxKey. The error's text says which.
	// Searching for such a text is not an error; nothing is found.
	ErrInvalid = errors.New("cannot be stored")
)

// MaxKey is the maximum length of a key in bytes: of an id, the name of a tenant,
// the key of a setting, a back-office number, or an e-mail in lower case. Every
// engine rejects longer keys, since some cannot index them.
const MaxKey = 512

// Store stores tenants and what belongs to them. It is safe for concurrent use. A
// method called on the Store runs in its own transaction; InTx combines several.
//
// Every method stops with the context's error when the context is done. A method
// that writes may return ErrFull, ErrReadOnly, ErrInvalid, ErrUnsure, or, after
// several attempts, ErrConflict. Every method may return ErrUnavailable,
// ErrDamaged, ErrTables or ErrSuperseded.
type Store interface {
	Tx

	// InTx runs fn in one transaction that reads its own writes. If fn returns nil,
	// all writes are committed; if it returns an error or panics, none are.
	// Transactions of a tenant are serialized; those of different tenants may run at
	// the same time. A transaction of a tenant may use the tenant's records and the
	// accounts; every other operation returns ErrOtherTenant. A transaction of
	// AllTenants is serialized with all others. fn must use the Tx it receives and not
	// the Store, and must return the error of a failed write, unless that is
	// ErrExists for a record to create, or ErrNotFound for one to change or remove.
	// fn may run more than once, so its effects outside the transaction must be
	// idempotent.
	InTx(ctx context.Context, tenant string, fn func(tx Tx) error) error

	// Ping returns nil if the database can be read, has this program's tables, and,
	// as far as is known, can be written. After a write that failed for lack of
	// space, Ping attempts a write.
	Ping(ctx context.Context) error

	// Backlog counts the pending work of all tenants.
	Backlog(ctx context.Context) (Backlog, error)

	// WriteMetrics writes metrics about the database in the Prometheus text format,
	// without querying it. Their names begin with iam_store_.
	WriteMetrics(w io.Writer)

	// Close closes every connection. Methods called after Close return an error.
	Close() error
}

// AllTenants is the tenant of a transaction that may use all records.
const AllTenants = ""

// Tx is the set of operations, inside or outside a joint transaction.
type Tx interface {
	TenantTx
	UserTx
	GroupTx
	AssignmentTx
	CatalogTx
	DocumentTx
	TaskTx
	TeamTx
	InvitationTx
	LinkTx
	MailTx
	EventTx
	MakeTx
}

// MaxBacklog is the maximum number of tasks, of e-mails, and of Make members, that a
// Backlog counts: those due first.
const MaxBacklog = 10_000

// Backlog is the amount of pending work. A time is zero if nothing is pending.
type Backlog struct {
	Tasks            int
	OldestTask       time.Time // when it was created
	Mails            int
	OldestMail       time.Time // when it was created
	MakeMembers      int       // those pending
	OldestMakeMember time.Time // when its desired state changed
}

// Page selects a part of a list. The zero value selects everything.
type Page struct {
	Offset int
	Limit  int // 0 for no limit
}
