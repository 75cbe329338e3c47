// Package sqlstore keeps the records of package store in a SQL database. The
// queries are the same for every engine; what differs is how a database is
// opened and how writers wait (sqlite.go, postgres.go), which codes its driver
// answers (errors.go) and the migrations.
package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"sync/atomic"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

// Store is a database. It has one connection that writes and several that
// read, so that readers never wait for a writer.
type Store struct {
	queries

	reader *pool
	writer *pool // has a single connection: writers queue in this process
	writes *committer
	engine engine

	figures *figures

	version int64       // of the tables that this program knows
	kept    string      // the file that has the database from before its migration
	refused atomic.Bool // the last write found that nothing can be written
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
	change func(ctx context.Context, fn func(db *transaction) error) error

	landmarks *landmarks
}

// conn runs statements: a transaction or the reading connections.
type conn interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func newStore(reader, writer *pool, e engine) *Store {
	s := &Store{reader: reader, writer: writer, engine: e, figures: newFigures(reader.DB, writer.DB)}
	s.writes = &committer{begin: s.begin, figures: s.figures}
	s.queries = queries{read: reader, view: s.viewTx, change: s.write, landmarks: &landmarks{step: landmarkStep}}
	return s
}

// Kept returns the file to which Open copied a SQLite database before it migrated
// its tables, or "". PostgreSQL takes a migration that fails back as a whole.
func (s *Store) Kept() (path string) { return s.kept }

// InTx implements store.Store.
func (s *Store) InTx(ctx context.Context, fn func(tx store.Tx) error) error {
	return s.change(ctx, func(db *transaction) error {
		return fn(queries{
			read: db, view: db.view, landmarks: &landmarks{step: landmarkStep},
			change: func(_ context.Context, fn func(db *transaction) error) error { return fn(db) },
		})
	})
}

// checkWritable finds out at the start what the first write would answer.
func (s *Store) checkWritable(ctx context.Context) error {
	return s.change(ctx, func(db *transaction) error {
		// It finds nothing, and is refused all the same where nothing may be written.
		_, err := tenants.remove(ctx, db, `WHERE 1 = 0`)
		return err
	})
}

// Version is that of the tables, which this program knows.
func (s *Store) Version() int64 { return s.version }

// Close implements store.Store. The writer goes last: the last connection
// moves what is in the write-ahead log into the database file.
func (s *Store) Close() error {
	return errors.Join(s.reader.Close(), s.writer.Close())
}

// snapshot is the isolation of transactions: all of their statements see one
// state. SQLite knows no other and takes no notice. In PostgreSQL, to change
// what was changed after that state is a conflict, and not lost.
const snapshot = sql.LevelRepeatableRead

// begin starts a batch: it waits for writers of this process, then for those of
// others. Until then the caller's context counts; the transaction is not bound
// to it, for other callers join.
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
