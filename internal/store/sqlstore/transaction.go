package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

// conn runs statements: either a transaction or the reading connections.
type conn interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) row
}

// rows is the result of a query. A caller must close it.
type rows interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
	Close() error
}

// row is the first row of a result.
type row interface {
	Scan(dest ...any) error
	Err() error // of the query
}

// statement is a statement with its arguments.
type statement struct {
	query string
	args  []any
}

// session is a transaction of a driver.
type session interface {
	// exec runs statements in order, and returns how many rows each has changed.
	exec(ctx context.Context, all ...statement) (counts []int64, err error)
	// query runs statements like exec, and then a query.
	query(ctx context.Context, before []statement, last statement) (found rows, counts []int64, err error)
	// commit runs statements like exec, and commits. It rolls back if one fails.
	commit(ctx context.Context, before []statement) error
	Rollback() error
}

// transaction is a transaction for the parts of a batch. It sends statements whose
// results no one needs together with the next one: with a server, each round trip
// takes longer than most statements.
type transaction struct {
	session

	pending []statement // not sent yet
	earlier int         // how many of them are of earlier parts

	dirty     bool                        // since the last part began, something changed or a statement failed
	grown     map[string]*growth          // by tenant; see listed
	documents map[[3]string]foundDocument // those read, by tenant, kind and id; empty after a change of any
}

// foundDocument is the result of reading a document.
type foundDocument struct {
	document store.Document
	err      error
}

func newTransaction(s session) *transaction {
	return &transaction{session: s, grown: map[string]*growth{}, documents: map[[3]string]foundDocument{}}
}

// startPart prepares for another part.
func (t *transaction) startPart() { t.dirty, t.earlier = false, len(t.pending) }

// changed reports whether the last part changed something, or a statement failed.
func (t *transaction) changed() bool { return t.dirty || len(t.pending) > t.earlier }

// later runs a statement together with the next one, or with the commit. If it
// fails, the transaction does: only use it for what cannot fail because of the
// records in the database.
func (t *transaction) later(query string, args ...any) {
	t.forget(query)
	t.pending = append(t.pending, statement{query, args})
}

// forget empties what a statement may change.
func (t *transaction) forget(query string) {
	if strings.Contains(query, documents.name) {
		clear(t.documents)
	}
}

// settle notes the result of statements, of which the pending ones were the first.
func (t *transaction) settle(counts []int64, err error) {
	for i, n := range counts {
		t.dirty = t.dirty || n > 0 && i >= t.earlier
	}
	t.dirty = t.dirty || err != nil // PostgreSQL rejects every further statement
	t.pending, t.earlier = t.pending[:0], 0
}

// ExecContext implements conn.
func (t *transaction) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	t.forget(query)
	t.pending = append(t.pending, statement{query, args})
	counts, err := t.exec(ctx, t.pending...)
	t.settle(counts, err)
	if err != nil {
		return nil, err
	}
	return driver.RowsAffected(counts[len(counts)-1]), nil
}

// QueryContext implements conn.
func (t *transaction) QueryContext(ctx context.Context, query string, args ...any) (rows, error) {
	found, counts, err := t.query(ctx, t.pending, statement{query, args})
	t.settle(counts, err)
	return found, err
}

// QueryRowContext implements conn.
func (t *transaction) QueryRowContext(ctx context.Context, query string, args ...any) row {
	found, err := t.QueryContext(ctx, query, args...)
	return firstRow{found, err}
}

// view runs fn, whose queries all see the same state.
func (t *transaction) view(ctx context.Context, fn func(db conn) error) error {
	t.syncUserCounts()
	return fn(t)
}

// Commit commits all parts.
func (t *transaction) Commit(ctx context.Context) error {
	t.syncUserCounts()
	err := t.commit(ctx, t.pending)
	t.pending = nil
	if faultOf(err) == faultReference { // of an event, whose tenant does not exist
		return translate(ctx, err, store.ErrNotFound)
	}
	return err
}

// firstRow is the first row of the result of a query, or why there is none.
type firstRow struct {
	rows

	err error
}

// Err implements row.
func (r firstRow) Err() error { return r.err }

// Scan implements row.
func (r firstRow) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	defer r.Close()
	if !r.Next() {
		if err := r.rows.Err(); err != nil {
			return err
		}
		return sql.ErrNoRows
	}
	if err := r.rows.Scan(dest...); err != nil {
		return err
	}
	return r.Close()
}

// noConn is where the statements of a transaction of another tenant run.
type noConn struct{ error }

func (n noConn) ExecContext(context.Context, string, ...any) (sql.Result, error) {
	return nil, n.error
}

func (n noConn) QueryContext(context.Context, string, ...any) (rows, error) { return nil, n.error }

func (n noConn) QueryRowContext(context.Context, string, ...any) row { return firstRow{nil, n.error} }
