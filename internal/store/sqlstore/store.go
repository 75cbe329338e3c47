// Package sqlstore keeps the records of package store in a SQL database. The
// queries are the same for every engine; what differs is how a database is
// opened (sqlite.go), which codes its driver answers (errors.go) and the
// migrations.
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

func newStore(reader, writer *sql.DB) *Store {
	s := &Store{reader: reader, writer: writer}
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

// Close implements store.Store. The writer goes last: the last connection
// moves what is in the write-ahead log into the database file.
func (s *Store) Close() error {
	return errors.Join(s.reader.Close(), s.writer.Close())
}

func (s *Store) changeTx(ctx context.Context, fn func(db conn) error) error {
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

// begin waits for writers of this process, then for those of others.
func (s *Store) begin(ctx context.Context) (tx *sql.Tx, err error) {
	err = waitBusy(ctx, func() error {
		tx, err = s.writer.BeginTx(ctx, nil)
		return err
	})
	return tx, translate(ctx, err, nil)
}

func (s *Store) viewTx(ctx context.Context, fn func(db conn) error) error {
	tx, err := s.reader.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return translate(ctx, err, nil)
	}
	defer func() { _ = tx.Rollback() }()
	return fn(tx)
}
