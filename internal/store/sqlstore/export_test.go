package sqlstore

import (
	"database/sql"
	"io/fs"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

// LockTable is the table that writers lock.
const LockTable = lockTable

// EventQuery returns the statement for a page of events, and its arguments.
func EventQuery(tenant string, filter store.EventFilter) (statement string, args []any) {
	rest, args := eventQuery(tenant, filter)
	return events.selectFrom(rest), searchArgs(args)
}

// GroupIDsQuery returns the statement for the groups of users, and its arguments.
func GroupIDsQuery(tenant string, userIDs ...string) (statement string, args []any) {
	args = idArgs(tenant, userIDs)
	return groupIDsQuery(len(args)), args
}

// SetPageAnchorStep sets the distance between page anchors, so that short lists
// have some as well.
func (s *Store) SetPageAnchorStep(step int) { s.pageAnchors.step = step }

// Reader returns the reading connections of the store.
func (s *Store) Reader() *sql.DB { return s.reader.DB }

// SimpleList exports simpleList.
var SimpleList = simpleList

// Migrations returns the files of the store's migrations as they are applied.
func (s *Store) Migrations() (fs.FS, error) { return s.engine.migrationFiles() }

// Writer returns the writing connection of the store.
func (s *Store) Writer() *sql.DB { return s.writer.DB }
