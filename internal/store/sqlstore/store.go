// Package sqlstore keeps the records of package store in a SQL database. The
// queries are the same for every engine; what differs is how a database is
// opened and how writers wait (sqlite.go, postgres.go), which codes its driver
// answers (errors.go) and the migrations.
package sqlstore

import (
	"context"
	"database/sql"
	"errors"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

// Store is a database. It has one connection that writes and several that
// read, so that readers never wait for a writer.
type Store struct {
	queries

	reader *sql.DB
	writer *sql.DB // has a single connection: writers queue in this process
	lock   string  // makes a transaction wait for writers of other processes; empty where BEGIN does
}

var _ store.Store = (*Store)(nil)

// queries implements store.Tx, inside and outside a joint transaction. The two
// differ in where statements run.
type queries struct {
	// read is for a single statement that reads.
	read conn
	// view is for several statements that must see the same state.
	view func(ctx context.Context, fn func(db conn) error) error
	// change is for all that writes.
	change func(ctx context.Context, fn func(db conn) error) error
}

// conn runs statements: a transaction or the reading connections.
type conn interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func newStore(reader, writer *sql.DB, lock string) *Store {
	s := &Store{reader: reader, writer: writer, lock: lock}
	s.queries = queries{read: reader, view: s.viewTx, change: s.changeTx}
	return s
}

// InTx implements store.Store.
func (s *Store) InTx(ctx context.Context, fn func(tx store.Tx) error) error {
	return s.changeTx(ctx, func(db conn) error {
		joined := func(_ context.Context, fn func(db conn) error) error { return fn(db) }
		return fn(queries{read: db, view: joined, change: joined})
	})
}

// Ping implements store.Store. It reads a table, for a connection may be there
// while the file is not.
func (s *Store) Ping(ctx context.Context) error {
	var n int
	row := s.reader.QueryRowContext(ctx, `SELECT count(*) FROM signing_key`)
	return translate(ctx, row.Scan(&n), nil)
}

// checkWritable finds out at the start what the first write would answer.
func (s *Store) checkWritable(ctx context.Context) error {
	return s.changeTx(ctx, func(db conn) error {
		// It finds nothing, and is refused all the same where nothing may be written.
		_, err := tenants.remove(ctx, db, `WHERE 1 = 0`)
		return err
	})
}

// Close implements store.Store. The writer goes last: the last connection
// moves what is in the write-ahead log into the database file.
func (s *Store) Close() error {
	return errors.Join(s.reader.Close(), s.writer.Close())
}

// conflictAttempts is how often a transaction is tried. As writers wait for each
// other, only who changes the database past this program makes one fail.
const conflictAttempts = 5

func (s *Store) changeTx(ctx context.Context, fn func(db conn) error) (err error) {
	for range conflictAttempts {
		if err = s.tryChange(ctx, fn); faultOf(err) != faultConflict {
			break
		}
	}
	return err
}

func (s *Store) tryChange(ctx context.Context, fn func(db conn) error) error {
	tx, err := s.begin(ctx)
	if err != nil {
		return err
	}
	// Does nothing after a commit, and runs when fn panics, too.
	defer func() { _ = tx.Rollback() }()
	if err := fn(tx); err != nil {
		return err
	}
	return translate(ctx, tx.Commit(), nil)
}

// snapshot is the isolation of transactions: all of their statements see one
// state. SQLite knows no other and takes no notice. In PostgreSQL, to change
// what was changed after that state is a conflict, and not lost.
const snapshot = sql.LevelRepeatableRead

// begin waits for writers of this process, then for those of others.
func (s *Store) begin(ctx context.Context) (tx *sql.Tx, err error) {
	err = waitBusy(ctx, func() error {
		tx, err = s.writer.BeginTx(ctx, &sql.TxOptions{Isolation: snapshot})
		return err
	})
	if err == nil && s.lock != "" {
		if _, err = tx.ExecContext(ctx, s.lock); err != nil {
			_ = tx.Rollback()
		}
	}
	return tx, translate(ctx, err, nil)
}

func (s *Store) viewTx(ctx context.Context, fn func(db conn) error) error {
	tx, err := s.reader.BeginTx(ctx, &sql.TxOptions{Isolation: snapshot, ReadOnly: true})
	if err != nil {
		return translate(ctx, err, nil)
	}
	defer func() { _ = tx.Rollback() }()
	return fn(tx)
}
