package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/store"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
)

// span is how long each rate is measured.
const span = 2 * time.Second

// rate calls fn from several callers at once and returns the calls per second.
func rate(callers int, fn func(n int64) error) (float64, error) {
	var calls atomic.Int64
	var failure atomic.Pointer[error]
	var all sync.WaitGroup
	start := time.Now()
	for range callers {
		all.Go(func() {
			for time.Since(start) < span && failure.Load() == nil {
				if err := fn(calls.Add(1)); err != nil {
					failure.Store(&err)
				}
			}
		})
	}
	all.Wait()
	if err := failure.Load(); err != nil {
		return 0, *err
	}
	return float64(calls.Load()) / time.Since(start).Seconds(), nil
}

// writes measures durable writes with several callers: an append to a file, an
// insert into a bare database with the columns and indexes of a user whose
// callers share commits, and a user created in the store. Disks vary, so it
// alternates between them and returns the median of three.
func writes(ctx context.Context, dir string, callers int) (sync, bare, created float64, err error) {
	const turns = 3
	var syncs, bares, creations [turns]float64
	for i := range turns {
		turn := filepath.Join(dir, fmt.Sprintf("writes-%d-%d", callers, i))
		if err = os.Mkdir(turn, 0o700); err != nil {
			return
		}
		if syncs[i], err = syncRate(turn); err != nil {
			return
		}
		if bares[i], err = bareRate(ctx, turn, callers); err != nil {
			return
		}
		if creations[i], err = storeRate(ctx, turn, callers); err != nil {
			return
		}
	}
	middle := func(rates [turns]float64) float64 { slices.Sort(rates[:]); return rates[turns/2] }
	return middle(syncs), middle(bares), middle(creations), nil
}

func storeRate(ctx context.Context, dir string, callers int) (float64, error) {
	s, err := sqlstore.Open(ctx, "sqlite:"+filepath.Join(dir, "store.db"))
	if err != nil {
		return 0, err
	}
	defer s.Close()
	if err := s.CreateTenant(ctx, store.Tenant{Name: tenant, CreatedAt: time.Now()}); err != nil {
		return 0, err
	}
	return rate(callers, func(n int64) error { return s.CreateUser(ctx, user(n)) })
}

func user(n int64) store.User {
	id := fmt.Sprintf("u%08d", n)
	return store.User{
		Tenant: tenant, ID: id, FirstName: "First", LastName: id, Email: id + "@acme.example", BackofficeNumber: id,
		PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", Status: "ACTIVE", CreatedAt: time.Now(),
	}
}

// syncRate appends 500 bytes and syncs to disk, repeatedly.
func syncRate(dir string) (float64, error) {
	file, err := os.Create(filepath.Join(dir, "sync"))
	if err != nil {
		return 0, err
	}
	defer file.Close()
	row := make([]byte, 500)
	return rate(1, func(int64) error {
		if _, err := file.Write(row); err != nil {
			return err
		}
		return file.Sync()
	})
}

const bareTable = `
CREATE TABLE u (tenant text NOT NULL, id text NOT NULL, first text, last text, email text, email_key text, department text,
	site text, currency text, language text, number text, status text, locked boolean, created bigint, login bigint,
	PRIMARY KEY (tenant, id), UNIQUE (tenant, number), UNIQUE (tenant, email_key));
CREATE INDEX u_in_order ON u (tenant, created, id);`

const bareInsert = `INSERT INTO u VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`

// bareRate is the maximum rate of the engine and its driver with one table, one
// prepared statement, and one writer that commits all waiting callers together.
func bareRate(ctx context.Context, dir string, callers int) (float64, error) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "bare.db")+"?_txlock=immediate&_journal=WAL&_sync=FULL")
	if err != nil {
		return 0, err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, bareTable); err != nil {
		return 0, err
	}
	insert, err := db.PrepareContext(ctx, bareInsert)
	if err != nil {
		return 0, err
	}
	defer insert.Close()
	waiting := make(chan bareRequest, callers)
	defer close(waiting)
	go func() {
		for first := range waiting {
			bareCommit(ctx, db, insert, first, waiting)
		}
	}()
	return rate(callers, func(n int64) error {
		r := bareRequest{n, make(chan error, 1)}
		waiting <- r
		return <-r.done
	})
}

type bareRequest struct {
	n    int64
	done chan error
}

func bareCommit(ctx context.Context, db *sql.DB, insert *sql.Stmt, first bareRequest, waiting <-chan bareRequest) {
	batch := []bareRequest{first}
	tx, err := db.BeginTx(ctx, nil)
	if err == nil {
		insert := tx.StmtContext(ctx, insert) //nolint:sqlclosecheck // ends with the transaction
		for i := 0; i < len(batch) && err == nil; i++ {
			u := user(batch[i].n)
			_, err = insert.ExecContext(ctx, u.Tenant, u.ID, u.FirstName, u.LastName, u.Email, u.Email, u.Department, u.PreferredSite,
				u.PreferredCurrency, u.PreferredLanguage, u.BackofficeNumber, u.Status, u.Locked, u.CreatedAt.UnixMilli(), 0)
			select {
			case next, open := <-waiting:
				if open {
					batch = append(batch, next)
				}
			default:
			}
		}
		if err == nil {
			err = tx.Commit()
		}
	}
	for _, r := range batch {
		r.done <- err
	}
}
