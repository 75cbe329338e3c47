// Package store is the storage contract of the reference backend: records,
// the operations on them, and what each operation answers when it cannot be
// done. It holds no SQL; sqlstore implements it and storetest proves the
// implementation, sub-test by sentence.
package store

import (
	"context"
	"errors"
	"io"
	"time"
)

// What operations answer. Test with errors.Is; an error may carry more text.
var (
	ErrNotFound   = errors.New("not found")
	ErrExists     = errors.New("already exists")
	ErrConflict   = errors.New("changed by someone else")
	ErrReferenced = errors.New("still in use")
	ErrFull       = errors.New("the database or its disk is full, or a quota or limit of it is reached")
	ErrReadOnly   = errors.New("the database is read-only")
	// ErrUnavailable: nothing was changed, and the same may succeed later.
	ErrUnavailable = errors.New("the database cannot be reached, or is busy")
	// ErrUnsure: the connection ended during the commit.
	ErrUnsure  = errors.New("the database did not say whether it kept the change")
	ErrDamaged = errors.New("the database file is damaged: restore it from a backup")
	ErrTables  = errors.New("the tables of the database are not those of this program")
	// ErrSuperseded: what this program wrote would harm the newer one.
	ErrSuperseded = errors.New("a newer version of this program has taken over the database")

	// ErrInvalid refuses a record for its text, whoever else writes: it has a
	// zero byte, is not UTF-8, or is a key and longer than MaxKey. The error's
	// text says which. Nothing is found under such a text, and that is no error.
	ErrInvalid = errors.New("cannot be stored")
)

// MaxKey is how many bytes a key may have: an id, the name of a tenant, the key
// of a setting, a back-office number, an e-mail in lower case. Every engine
// refuses longer ones, for some cannot keep them in an index.
const MaxKey = 512

// Store keeps tenants and what belongs to them. All methods may be called
// concurrently. A method called on the Store runs in a transaction of its own;
// InTx joins several.
//
// Every method stops with the context's error when the context is done. When it
// writes it may answer ErrFull or ErrReadOnly, ErrInvalid, or ErrConflict after
// it has been tried several times. Every one may answer ErrUnavailable,
// ErrDamaged, ErrTables or ErrSuperseded, and one that writes ErrUnsure.
type Store interface {
	Tx

	// InTx runs fn in one transaction that reads its own writes: all of them
	// are kept when fn returns nil, none when it returns an error or panics.
	// Transactions that write are serialized. Fn must use the Tx it is given
	// and not the Store, and return the error of a write that was refused,
	// unless that is ErrExists for a record to be created, or ErrNotFound for
	// one to be changed or removed. It may run more than once: what it leaves
	// outside the transaction must come out the same.
	InTx(ctx context.Context, fn func(tx Tx) error) error

	// Ping answers nil when the database can be read, has the tables of this
	// program, and can be written as far as is known. After a write that found no
	// room it tries one.
	Ping(ctx context.Context) error

	// Backlog counts what waits to be done, of all tenants.
	Backlog(ctx context.Context) (Backlog, error)

	// WriteMetrics writes figures about the database in the text format of
	// Prometheus, without asking it. Their names begin with iam_store_.
	WriteMetrics(w io.Writer)

	// Close ends every connection. Methods called after it return an error.
	Close() error
}

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
	EventTx
	MakeTx
}

// MaxBacklog is how many tasks, and members of Make, a Backlog counts at most:
// those that are due first.
const MaxBacklog = 10_000

// Backlog is what waits to be done. A time is zero where nothing waits.
type Backlog struct {
	Tasks            int
	OldestTask       time.Time // when it was created
	MakeMembers      int       // those pending
	OldestMakeMember time.Time // when what is wanted changed
}

// Page selects a part of a list. The zero value selects everything.
type Page struct {
	Offset int
	Limit  int // 0 is without limit
}
