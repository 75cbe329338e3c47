package sqlstore

import (
	"database/sql"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

// LockTable is the table that writers lock.
const LockTable = lockTable

// EventQuery returns the statement for a page of events, and its arguments.
func EventQuery(tenant string, filter store.EventFilter) (statement string, args []any) {
	rest, args := eventQuery(tenant, filter)
	return events.selectFrom(rest), searchArgs(args)
}

// SetPageAnchorStep sets the distance between page anchors, so that short lists
// have some as well.
func (s *Store) SetPageAnchorStep(step int) { s.pageAnchors.step = step }

// Reader returns the reading connections of the store.
func (s *Store) Reader() *sql.DB { return s.reader.DB }
