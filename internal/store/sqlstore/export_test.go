package sqlstore

import (
	"database/sql"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

// LockTable is what writers lock.
const LockTable = lockTable

// EventQuery is the statement for a page of events, and its arguments.
func EventQuery(tenant string, filter store.EventFilter) (statement string, args []any) {
	rest, args := eventQuery(tenant, filter)
	return events.selectFrom(rest), sought(args)
}

// SetLandmarkStep sets how many users lie between the places that the store
// remembers, so that short lists have some, too.
func (s *Store) SetLandmarkStep(step int) { s.landmarks.step = step }

// Reader is the way of the store to the database for reads.
func (s *Store) Reader() *sql.DB { return s.reader.DB }
