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

// layouts has a query for each table that needs the table and its columns and
// returns nothing. newTable adds to it.
var layouts = []string{"SELECT 1 FROM " + lockTable, "SELECT 1 FROM signing_key", "SELECT 1 FROM team_owner", "SELECT 1 FROM user_list"}

// engine is what differs between databases once they are open.
type engine struct {
	dialect goose.Dialect
	folder  string // of its migrations
	first   string // statement to run first in the transaction of each migration
	lock    string // first statement of a writing transaction: waits for other writers, and needs lockTable
	// tenantLocks are first statements of transactions of one tenant, which does not
	// wait for those of others. With none, every transaction begins with lock.
	tenantLocks []string
	// begin starts a writing transaction with its first statement.
	begin    func(ctx context.Context, p *pool, lock string) (*transaction, error)
	versions string // table of applied migrations
	readOnly string // expression: whether the database is read-only
	catalog  string // query for each table with each table it refers to, or ''

	keep func(ctx context.Context, version int64) error // called before migrating from that version; may be nil
}

// probe returns a query for the version and whether the database is read-only. It
// fails if tables or columns are missing.
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
	case version < s.version: // a newer program that excludes this one renames the lock table
		return fmt.Errorf("%w: they have version %d, this program needs %d", store.ErrTables, version, s.version)
	case readOnly:
		return store.ErrReadOnly
	case s.refused.Load():
		return s.tryWrite(ctx)
	}
	return nil
}

// write is change, and records when the database cannot be written.
func (s *Store) write(ctx context.Context, tenant string, fn func(db *transaction) error) error {
	err := s.committer(tenant).change(ctx, fn)
	if errors.Is(err, store.ErrFull) || errors.Is(err, store.ErrReadOnly) {
		s.refused.Store(true)
	}
	return err
}

// tryWrite checks whether there is space again after a failed write. It removes
// what it writes in the same transaction; the text is long and random, so it
// needs pages of its own.
func (s *Store) tryWrite(ctx context.Context) error {
	err := s.write(ctx, store.AllTenants, func(db *transaction) error {
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
