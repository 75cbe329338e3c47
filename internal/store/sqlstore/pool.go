package sqlstore

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"sync"
)

// pool is a connection pool that caches prepared statements. SQLite takes longer
// to prepare a statement than to run one that finds a row by its key.
type pool struct {
	*sql.DB

	limit int // number of statements cached; 0 if the driver caches them

	mu       sync.RWMutex
	compiled map[string]*sql.Stmt
	met      map[string]struct{} // requested, but not prepared yet
}

func newPool(db *sql.DB, limit int) *pool {
	return &pool{DB: db, limit: limit, compiled: map[string]*sql.Stmt{}, met: map[string]struct{}{}}
}

// statement returns the prepared statement, or nil if there is none. It does not
// prepare one: that needs a connection, and a caller in a transaction may hold
// the only one.
func (p *pool) statement(query string) *sql.Stmt {
	p.mu.RLock()
	statement := p.compiled[query]
	full := len(p.compiled)+len(p.met) >= p.limit
	p.mu.RUnlock()
	if statement == nil && !full {
		p.mu.Lock()
		p.met[query] = struct{}{}
		p.mu.Unlock()
	}
	return statement
}

// compile prepares the requested statements. Callers must not hold a connection
// of the pool.
func (p *pool) compile(ctx context.Context) {
	p.mu.RLock()
	met := slices.Collect(maps.Keys(p.met))
	p.mu.RUnlock()
	for _, query := range met {
		statement, err := p.PrepareContext(ctx, query)
		if err != nil {
			return // the caller that runs it gets the error
		}
		p.mu.Lock()
		delete(p.met, query)
		if p.compiled[query] == nil {
			p.compiled[query], statement = statement, nil
		}
		p.mu.Unlock()
		if statement != nil { // another goroutine was faster
			_ = statement.Close()
		}
	}
}

// QueryContext implements conn. It waits for an unreachable server.
func (p *pool) QueryContext(ctx context.Context, query string, args ...any) (rows *sql.Rows, err error) {
	err = waitBusy(ctx, func() error {
		p.compile(ctx)
		if s := p.statement(query); s != nil {
			rows, err = s.QueryContext(ctx, args...) //nolint:rowserrcheck // the caller checks it
		} else {
			rows, err = p.DB.QueryContext(ctx, query, args...) //nolint:rowserrcheck // as above
		}
		return err
	})
	return rows, err
}

// QueryRowContext implements conn. It waits like QueryContext.
func (p *pool) QueryRowContext(ctx context.Context, query string, args ...any) (row *sql.Row) {
	_ = waitBusy(ctx, func() error { // the row contains the error
		p.compile(ctx)
		if s := p.statement(query); s != nil {
			row = s.QueryRowContext(ctx, args...)
		} else {
			row = p.DB.QueryRowContext(ctx, query, args...)
		}
		return row.Err()
	})
	return row
}

// BeginTx starts a transaction that uses the prepared statements of the pool.
func (p *pool) BeginTx(ctx context.Context, options *sql.TxOptions) (*transaction, error) {
	p.compile(ctx)
	tx, err := p.DB.BeginTx(ctx, options)
	if err != nil {
		return nil, err
	}
	return &transaction{Tx: tx, pool: p, statements: map[string]*sql.Stmt{}, grown: map[string]*growth{}}, nil
}

// transaction caches the statements it takes from its pool: taking one costs as
// much as running it.
type transaction struct {
	*sql.Tx

	pool       *pool
	statements map[string]*sql.Stmt

	dirty bool               // since the last reset, something changed or a statement failed
	grown map[string]*growth // by tenant; see listed
}

// view runs fn, whose queries all see the same state.
func (t *transaction) view(ctx context.Context, fn func(db conn) error) error {
	if err := t.syncUserCounts(ctx); err != nil {
		return err
	}
	return fn(t)
}

func (t *transaction) statement(ctx context.Context, query string) *sql.Stmt {
	if s := t.statements[query]; s != nil {
		return s
	}
	s := t.pool.statement(query)
	if s != nil {
		// Use the context of the transaction, not of the caller that happens to be
		// first.
		s = t.StmtContext(context.WithoutCancel(ctx), s)
		t.statements[query] = s
	}
	return s
}

// ExecContext implements conn.
func (t *transaction) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	var result sql.Result
	var err error
	if s := t.statement(ctx, query); s != nil {
		// If a statement is canceled, SQLite may roll back the whole transaction,
		// including other callers' changes. Each cancelable statement also needs a
		// goroutine.
		result, err = s.ExecContext(context.WithoutCancel(ctx), args...)
	} else {
		result, err = t.Tx.ExecContext(ctx, query, args...)
	}
	if err != nil {
		t.dirty = true
		return nil, err
	}
	if n, err := result.RowsAffected(); n > 0 || err != nil {
		t.dirty = true
	}
	return result, nil
}

// QueryContext implements conn.
func (t *transaction) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	var rows *sql.Rows
	var err error
	if s := t.statement(ctx, query); s != nil {
		rows, err = s.QueryContext(ctx, args...)
	} else {
		rows, err = t.Tx.QueryContext(ctx, query, args...)
	}
	t.dirty = t.dirty || err != nil // PostgreSQL rejects every further statement
	return rows, err
}

// QueryRowContext implements conn.
func (t *transaction) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	var row *sql.Row
	if s := t.statement(ctx, query); s != nil {
		row = s.QueryRowContext(ctx, args...)
	} else {
		row = t.Tx.QueryRowContext(ctx, query, args...)
	}
	t.dirty = t.dirty || row.Err() != nil // as above
	return row
}
