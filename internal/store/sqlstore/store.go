// Package sqlstore implements package store with a SQL database. The queries are
// the same for every engine. What differs is how to open a database and how
// writers wait (sqlite.go, postgres.go), the driver's error codes (errors.go) and
// the migrations.
package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"sync/atomic"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

// Store is a database. It has one writing connection and several reading ones, so
// readers never wait for a writer.
type Store struct {
	queries

	reader *pool
	writer *pool // has a single connection; writers of this process queue
	writes *committer
	engine engine

	figures *figures

	version int64       // version of this program's tables
	kept    string      // backup of the database from before its migration
	refused atomic.Bool // the last write failed because the database is full or read-only
}

var _ store.Store = (*Store)(nil)

// queries implements store.Tx, inside and outside a joint transaction, which
// differ in where statements run.
type queries struct {
	// read runs a single reading statement.
	read conn
	// view runs several statements that must see the same state.
	view func(ctx context.Context, fn func(db conn) error) error
	// change runs everything that writes.
	change func(ctx context.Context, fn func(db *transaction) error) error

	pageAnchors *pageAnchors
}

// conn runs statements: either a transaction or the reading connections.
type conn interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func newStore(reader, writer *pool, e engine) *Store {
	s := &Store{reader: reader, writer: writer, engine: e, figures: newFigures(reader.DB, writer.DB)}
	s.writes = &committer{begin: s.begin, figures: s.figures}
	s.queries = queries{read: reader, view: s.viewTx, change: s.write, pageAnchors: &pageAnchors{step: pageAnchorStep}}
	return s
}

// MigrationBackup returns the file to which Open copied a SQLite database before
// it migrated the tables, or "". PostgreSQL rolls back a failed migration
// instead.
func (s *Store) MigrationBackup() (path string) { return s.kept }

// InTx implements store.Store.
func (s *Store) InTx(ctx context.Context, fn func(tx store.Tx) error) error {
	return s.change(ctx, func(db *transaction) error {
		return fn(queries{
			read: db, view: db.view, pageAnchors: &pageAnchors{step: pageAnchorStep},
			change: func(_ context.Context, fn func(db *transaction) error) error { return fn(db) },
		})
	})
}

// checkWritable returns the error that the first write would get.
func (s *Store) checkWritable(ctx context.Context) error {
	return s.change(ctx, func(db *transaction) error {
		// It matches nothing, but fails if the database cannot be written.
		_, err := tenants.remove(ctx, db, `WHERE 1 = 0`)
		return err
	})
}

// Version returns the version of this program's tables.
func (s *Store) Version() int64 { return s.version }

// Close implements store.Store. It closes the writer last: the last connection
// moves the write-ahead log into the database file.
func (s *Store) Close() error {
	return errors.Join(s.reader.Close(), s.writer.Close())
}

// snapshot is the isolation level of transactions: all statements see one state.
// SQLite always works that way and ignores it. In PostgreSQL, changing a row that
// was changed after that state is a conflict instead of a lost update.
const snapshot = sql.LevelRepeatableRead

// begin starts a batch: it waits for the writers of this process, then for those
// of others. Only that wait ends with the caller's context; the transaction does
// not, since other callers join it.
func (s *Store) begin(ctx context.Context) (*batch, error) {
	own, end := context.WithCancel(context.Background())
	unbind := context.AfterFunc(ctx, end)
	start := time.Now()
	tx, err := s.beginTx(own)
	s.figures.lock.UpdateDuration(start)
	if err == nil && !unbind() {
		_ = tx.Rollback()
		err = ctx.Err()
	}
	if err != nil {
		end()
		return nil, translate(ctx, err, nil)
	}
	return &batch{tx: tx, end: end, done: make(chan struct{})}, nil
}

func (s *Store) beginTx(ctx context.Context) (tx *transaction, err error) {
	err = waitBusy(ctx, func() error {
		tx, err = s.writer.BeginTx(ctx, &sql.TxOptions{Isolation: snapshot})
		if err == nil {
			if _, err = tx.ExecContext(ctx, s.engine.lock); err != nil {
				_ = tx.Rollback()
			}
		}
		return err
	})
	return tx, err
}

func (s *Store) viewTx(ctx context.Context, fn func(db conn) error) error {
	var tx *transaction
	err := waitBusy(ctx, func() (err error) {
		tx, err = s.reader.BeginTx(ctx, &sql.TxOptions{Isolation: snapshot, ReadOnly: true})
		return err
	})
	if err != nil {
		return translate(ctx, err, nil)
	}
	defer func() { _ = tx.Rollback() }()
	return fn(tx)
}
