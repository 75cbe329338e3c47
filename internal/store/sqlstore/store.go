// Package sqlstore implements package store with a SQL database. The queries are
// the same for every engine. What differs is how to open a database and how
// writers wait (sqlite.go, postgres.go), the driver's error codes (errors.go) and
// the migrations.
package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"
	"sync/atomic"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

// Store is a database. Its writing connections are not its reading ones, so readers
// never wait for a writer.
type Store struct {
	queries

	reader *pool
	writer *pool
	writes *committer   // for transactions of all tenants; writers queue in it
	tenant []*committer // for transactions of one tenant; none if every writer locks everything
	engine engine

	figures *figures

	version int64       // version of this program's tables
	kept    string      // backup of the database from before its migration
	refused atomic.Bool // the last write failed because the database is full or read-only
}

var _ store.Store = (*Store)(nil)

// queries implements store.Tx, inside and outside a joint transaction, which
// differ in where statements run. Statements run through its methods only, which
// name the tenant of the records, or all tenants.
type queries struct {
	of string // the tenant of the transaction; outside one, and in one of all, store.AllTenants

	reading conn
	viewing func(ctx context.Context, fn func(db conn) error) error
	writing func(ctx context.Context, tenant string, fn func(db *transaction) error) error

	pageAnchors *pageAnchors
}

// within returns an error in a transaction of another tenant.
func (q queries) within(tenant string) error {
	if q.of == store.AllTenants || q.of == tenant {
		return nil
	}
	return fmt.Errorf("%w: a transaction of %q uses records of %q", store.ErrOtherTenant, q.of, cmp.Or(tenant, "all tenants"))
}

// read returns where to run a single reading statement.
func (q queries) read(tenant string) conn {
	if err := q.within(tenant); err != nil {
		return noConn{err}
	}
	return q.reading
}

// view runs several statements that must see the same state.
func (q queries) view(ctx context.Context, tenant string, fn func(db conn) error) error {
	if err := q.within(tenant); err != nil {
		return err
	}
	return q.viewing(ctx, fn)
}

// change runs everything that writes.
func (q queries) change(ctx context.Context, tenant string, fn func(db *transaction) error) error {
	if err := q.within(tenant); err != nil {
		return err
	}
	return q.writing(ctx, tenant, fn)
}

func newStore(reader, writer *pool, e engine) *Store {
	s := &Store{reader: reader, writer: writer, engine: e, figures: newFigures(reader.DB, writer.DB)}
	s.writes = s.newCommitter(e.lock)
	for _, lock := range e.tenantLocks {
		s.tenant = append(s.tenant, s.newCommitter(lock))
	}
	s.queries = queries{reading: reader, viewing: s.viewTx, writing: s.write, pageAnchors: &pageAnchors{step: pageAnchorStep}}
	return s
}

// MigrationBackup returns the file to which Open copied a SQLite database before
// it migrated the tables, or "". PostgreSQL rolls back a failed migration
// instead.
func (s *Store) MigrationBackup() (path string) { return s.kept }

// InTx implements store.Store.
func (s *Store) InTx(ctx context.Context, tenant string, fn func(tx store.Tx) error) error {
	return s.change(ctx, tenant, func(db *transaction) error {
		return fn(queries{
			of: tenant, reading: db, viewing: db.view, pageAnchors: &pageAnchors{step: pageAnchorStep},
			writing: func(_ context.Context, _ string, fn func(db *transaction) error) error { return fn(db) },
		})
	})
}

func (s *Store) newCommitter(lock string) *committer {
	return &committer{figures: s.figures, begin: func(ctx context.Context) (*batch, error) { return s.begin(ctx, lock) }}
}

// committer returns the one for transactions of the tenant. All processes must
// choose the same lock for a tenant, so the choice never changes.
func (s *Store) committer(tenant string) *committer {
	if tenant == store.AllTenants || len(s.tenant) == 0 {
		return s.writes
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(tenant)) // never fails
	return s.tenant[h.Sum32()%uint32(len(s.tenant))]
}

// checkWritable returns the error that the first write would get.
func (s *Store) checkWritable(ctx context.Context) error {
	return s.change(ctx, store.AllTenants, func(db *transaction) error {
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
func (s *Store) begin(ctx context.Context, lock string) (*batch, error) {
	own, end := context.WithCancel(context.Background())
	unbind := context.AfterFunc(ctx, end)
	start := time.Now()
	tx, err := s.beginTx(own, lock)
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

func (s *Store) beginTx(ctx context.Context, lock string) (tx *transaction, err error) {
	err = waitBusy(ctx, func() error {
		tx, err = s.engine.begin(ctx, s.writer, lock)
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
