package sqlstore

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"github.com/pressly/goose/v3"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

// layouts has for each table a query that needs it and its columns, and finds
// nothing; newTable adds to it.
var layouts = []string{"SELECT 1 FROM " + lockTable, "SELECT 1 FROM signing_key", "SELECT 1 FROM team_owner", "SELECT 1 FROM user_list"}

// engine is what differs between databases once they are open.
type engine struct {
	dialect  goose.Dialect
	folder   string // of the migrations
	first    string // the statement that each of them begins with, in its transaction
	lock     string // begins a transaction that writes: it waits for others, and needs lockTable
	versions string // the table of the migrations that were applied
	readOnly string // an expression: whether the database takes reads only
	catalog  string // a query for each table, and each that it refers to, or ''

	keep func(ctx context.Context, version int64) error // comes before tables of that version are migrated; may be nil
}

// probe finds a layout that fits at a version, and whether it may be written.
func (e engine) probe() string {
	return `SELECT (SELECT max(version_id) FROM ` + e.versions + ` WHERE is_applied), ` + e.readOnly +
		` WHERE NOT EXISTS (` + strings.Join(layouts, ` WHERE 1 = 0) AND NOT EXISTS (`) + ` WHERE 1 = 0)`
}

// Ping implements store.Store.
func (s *Store) Ping(ctx context.Context) error {
	var version int64
	var readOnly bool
	err := translate(ctx, s.reader.QueryRowContext(ctx, s.engine.probe()).Scan(&version, &readOnly), nil)
	switch {
	case err != nil:
		return err
	case version < s.version: // a newer one that keeps this program out takes its lock table away
		return fmt.Errorf("%w: they have version %d, this program made %d", store.ErrTables, version, s.version)
	case readOnly:
		return store.ErrReadOnly
	case s.refused.Load():
		return s.tryWrite(ctx)
	}
	return nil
}

// write is change, and notes when nothing can be written.
func (s *Store) write(ctx context.Context, fn func(db *transaction) error) error {
	err := s.writes.change(ctx, fn)
	if errors.Is(err, store.ErrFull) || errors.Is(err, store.ErrReadOnly) {
		s.refused.Store(true)
	}
	return err
}

// tryWrite finds out whether there is room again, after a write was refused. What
// it writes is gone before anyone sees it; it takes pages of its own, and cannot
// be packed into fewer.
func (s *Store) tryWrite(ctx context.Context) error {
	err := s.write(ctx, func(db *transaction) error {
		const name = "\x7f"
		body := make([]byte, 32<<10)
		_, _ = rand.Read(body) // never fails: see crypto/rand
		if err := tenants.insert(ctx, db, &store.Tenant{Name: name}); err != nil {
			return err
		}
		document := store.Document{Tenant: name, Kind: name, ID: name, Body: fmt.Sprintf("%x", body)}
		if err := documents.insert(ctx, db, &document); err != nil {
			return err
		}
		if err := documents.removeOne(ctx, db, `WHERE tenant = $1`, name); err != nil {
			return err
		}
		return tenants.removeOne(ctx, db, `WHERE name = $1`, name)
	})
	if err == nil {
		s.refused.Store(false)
	}
	return err
}
