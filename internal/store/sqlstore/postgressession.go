package sqlstore

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// postgresSession is a transaction of a connection. It uses the driver directly,
// which sends several statements in one message.
type postgresSession struct {
	conn *sql.Conn // keeps the connection from other callers
	db   *pgx.Conn
}

// beginPostgres starts a transaction and takes the lock in one message.
func beginPostgres(ctx context.Context, p *pool, lock string) (*transaction, error) {
	conn, err := p.Conn(ctx)
	if err != nil {
		return nil, err
	}
	s := &postgresSession{conn: conn}
	err = conn.Raw(func(driver any) error {
		own, ok := driver.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("the driver has %T", driver)
		}
		s.db = own.Conn()
		return nil
	})
	if err == nil {
		_, err = s.db.PgConn().Exec(ctx, "BEGIN ISOLATION LEVEL REPEATABLE READ; "+lock).ReadAll()
	}
	if err != nil {
		_ = s.Rollback()
		return nil, err
	}
	return newTransaction(s), nil
}

// send sends statements. The caller reads the result of the last, and closes all.
func (s *postgresSession) send(ctx context.Context, all []statement) (results pgx.BatchResults, counts []int64, err error) {
	batch := &pgx.Batch{}
	for _, one := range all {
		batch.Queue(one.query, one.args...)
	}
	results = s.db.SendBatch(ctx, batch)
	counts = make([]int64, len(all)-1, len(all))
	for i := range counts {
		tag, err := results.Exec()
		if err != nil {
			_ = results.Close()
			return nil, nil, err
		}
		counts[i] = tag.RowsAffected()
	}
	return results, counts, nil
}

// execAll runs statements and returns the result of the last.
func (s *postgresSession) execAll(ctx context.Context, all []statement) (last pgconn.CommandTag, counts []int64, err error) {
	results, counts, err := s.send(ctx, all)
	if err != nil {
		return last, nil, err
	}
	last, err = results.Exec()
	if closed := results.Close(); err == nil {
		err = closed
	}
	return last, append(counts, last.RowsAffected()), err
}

// exec implements session.
func (s *postgresSession) exec(ctx context.Context, all ...statement) ([]int64, error) {
	_, counts, err := s.execAll(ctx, all)
	return counts, err
}

// query implements session.
func (s *postgresSession) query(ctx context.Context, before []statement, last statement) (rows, []int64, error) {
	results, counts, err := s.send(ctx, append(before, last))
	if err != nil {
		return nil, nil, err
	}
	found, _ := results.Query() // the result contains the error
	r := &batchRows{Rows: found, results: results}
	r.ahead, r.hasNext = true, found.Next()
	if err := found.Err(); err != nil {
		_ = r.Close()
		return nil, nil, err
	}
	return r, counts, nil
}

// batchRows is the result of the last statement of a batch. Its first row is read
// ahead, because an error comes instead of it.
type batchRows struct {
	pgx.Rows

	results        pgx.BatchResults
	ahead, hasNext bool
}

// Next implements rows.
func (r *batchRows) Next() bool {
	if r.ahead {
		r.ahead = false
		return r.hasNext
	}
	return r.Rows.Next()
}

// Close implements rows.
func (r *batchRows) Close() error {
	r.Rows.Close()
	return r.results.Close()
}

// commit implements session.
func (s *postgresSession) commit(ctx context.Context, before []statement) error {
	last, _, err := s.execAll(ctx, append(before, statement{query: "COMMIT"}))
	if err == nil && last.String() != "COMMIT" { // a statement had failed
		err = pgx.ErrTxCommitRollback
	}
	_ = s.Rollback() // does nothing after a commit
	return err
}

// Rollback implements session. It gives the connection back.
func (s *postgresSession) Rollback() (err error) {
	if s.db != nil && !s.db.IsClosed() && s.db.PgConn().TxStatus() != 'I' {
		_, err = s.db.PgConn().Exec(context.Background(), "ROLLBACK").ReadAll()
	}
	_ = s.conn.Close() // an error means that it was given back before
	return err
}
