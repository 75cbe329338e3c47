package sqlstore

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"sync"
)

// pool is a set of connections that keeps its statements compiled. To compile
// one takes SQLite longer than to run one that finds a row by its key.
type pool struct {
	*sql.DB

	limit int // how many statements are kept; 0 where the driver keeps them

	mu       sync.RWMutex
	compiled map[string]*sql.Stmt
	met      map[string]struct{} // asked for, and not compiled yet
}

func newPool(db *sql.DB, limit int) *pool {
	return &pool{DB: db, limit: limit, compiled: map[string]*sql.Stmt{}, met: map[string]struct{}{}}
}

// statement returns nil for one that is not compiled. It does not compile it:
// that takes a connection, and who asks in a transaction may have the only one.
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

// compile compiles what was met. Only who has no connection of the pool may
// call it.
func (p *pool) compile(ctx context.Context) {
	p.mu.RLock()
	met := slices.Collect(maps.Keys(p.met))
	p.mu.RUnlock()
	for _, query := range met {
		statement, err := p.PrepareContext(ctx, query)
		if err != nil {
			return // to be shown by who runs it
		}
		p.mu.Lock()
		delete(p.met, query)
		if p.compiled[query] == nil {
			p.compiled[query], statement = statement, nil
		}
		p.mu.Unlock()
		if statement != nil { // someone else was faster
			_ = statement.Close()
		}
	}
}

// QueryContext implements conn. It waits for a server that is away.
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

// QueryRowContext implements conn. It waits as QueryContext does.
func (p *pool) QueryRowContext(ctx context.Context, query string, args ...any) (row *sql.Row) {
	_ = waitBusy(ctx, func() error { // the row has the error
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

// BeginTx starts a transaction that uses the statements of the pool.
func (p *pool) BeginTx(ctx context.Context, options *sql.TxOptions) (*transaction, error) {
	p.compile(ctx)
	tx, err := p.DB.BeginTx(ctx, options)
	if err != nil {
		return nil, err
	}
	return &transaction{Tx: tx, pool: p, statements: map[string]*sql.Stmt{}, grown: map[string]*growth{}}, nil
}

// transaction keeps what it has taken from its pool: each taking costs as much
// as to run the statement.
type transaction struct {
	*sql.Tx

	pool       *pool
	statements map[string]*sql.Stmt

	dirty bool               // since it was last reset something changed, or a statement failed
	grown map[string]*growth // by tenant; see listed
}

// view runs fn, which may read several things, where they agree.
func (t *transaction) view(ctx context.Context, fn func(db conn) error) error {
	if err := t.settle(ctx); err != nil {
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
		// For the transaction, and not for the caller who happens to be first.
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
		// SQLite may roll back all that the transaction holds when a statement is
		// broken off, also what others did; and each takes a goroutine to watch.
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
	t.dirty = t.dirty || err != nil // PostgreSQL refuses all that follows
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
