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
func (p *pool) QueryContext(ctx context.Context, query string, args ...any) (found rows, err error) {
	err = waitBusy(ctx, func() error {
		p.compile(ctx)
		if s := p.statement(query); s != nil {
			found, err = s.QueryContext(ctx, args...) //nolint:rowserrcheck // the caller checks it
		} else {
			found, err = p.DB.QueryContext(ctx, query, args...) //nolint:rowserrcheck // as above
		}
		return err
	})
	return found, err
}

// QueryRowContext implements conn. It waits like QueryContext.
func (p *pool) QueryRowContext(ctx context.Context, query string, args ...any) (found row) {
	_ = waitBusy(ctx, func() error { // the row contains the error
		p.compile(ctx)
		if s := p.statement(query); s != nil {
			found = s.QueryRowContext(ctx, args...)
		} else {
			found = p.DB.QueryRowContext(ctx, query, args...)
		}
		return found.Err()
	})
	return found
}

// BeginTx starts a transaction that uses the prepared statements of the pool.
func (p *pool) BeginTx(ctx context.Context, options *sql.TxOptions) (*transaction, error) {
	p.compile(ctx)
	tx, err := p.DB.BeginTx(ctx, options)
	if err != nil {
		return nil, err
	}
	return newTransaction(&poolSession{Tx: tx, pool: p, writes: options == nil || !options.ReadOnly, compiled: map[string]*sql.Stmt{}}), nil
}

// poolSession is a transaction of a pool. It caches the statements it takes from
// its pool: taking one costs as much as running it.
type poolSession struct {
	*sql.Tx

	pool     *pool
	writes   bool
	compiled map[string]*sql.Stmt
}

// whole returns a context that does not cancel a statement of a transaction that writes:
// SQLite may roll back the whole transaction, including other callers' changes. Each
// cancelable statement also needs a goroutine.
func (p *poolSession) whole(ctx context.Context) context.Context {
	if p.writes {
		return context.WithoutCancel(ctx)
	}
	return ctx
}

func (p *poolSession) statement(ctx context.Context, query string) *sql.Stmt {
	if s := p.compiled[query]; s != nil {
		return s
	}
	s := p.pool.statement(query)
	if s != nil {
		// Use the context of the transaction, not of the caller that happens to be
		// first.
		s = p.StmtContext(context.WithoutCancel(ctx), s)
		p.compiled[query] = s
	}
	return s
}

// exec implements session.
func (p *poolSession) exec(ctx context.Context, all ...statement) ([]int64, error) {
	counts := make([]int64, len(all))
	for i, one := range all {
		var result sql.Result
		var err error
		if s := p.statement(ctx, one.query); s != nil {
			result, err = s.ExecContext(p.whole(ctx), one.args...)
		} else {
			result, err = p.ExecContext(ctx, one.query, one.args...)
		}
		if err == nil {
			counts[i], err = result.RowsAffected()
		}
		if err != nil {
			return nil, err
		}
	}
	return counts, nil
}

// query implements session.
func (p *poolSession) query(ctx context.Context, before []statement, last statement) (rows, []int64, error) {
	counts, err := p.exec(ctx, before...)
	if err != nil {
		return nil, nil, err
	}
	var found *sql.Rows
	if s := p.statement(ctx, last.query); s != nil {
		found, err = s.QueryContext(p.whole(ctx), last.args...) //nolint:rowserrcheck // the caller checks it
	} else {
		found, err = p.QueryContext(ctx, last.query, last.args...) //nolint:rowserrcheck // as above
	}
	if err != nil {
		return nil, nil, err
	}
	return found, counts, nil
}

// commit implements session.
func (p *poolSession) commit(ctx context.Context, before []statement) error {
	if _, err := p.exec(ctx, before...); err != nil {
		_ = p.Rollback()
		return err
	}
	return p.Commit()
}
