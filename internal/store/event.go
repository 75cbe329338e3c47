package store

import (
	"context"
	"time"
)

// Event is one change of one object, and who made it.
type Event struct {
	Tenant    string
	ID        int64     // consecutive per tenant from 1, in the order of the changes
	At        time.Time // to the millisecond
	ActorKind string
	Actor     string // an id, or empty
	Action    string
	Kind      string // of the object
	ObjectID  string
	RelatedID string // the second object: the user of a membership
	RequestID string // empty if no request made the change
	Before    string // JSON; empty if the object was created
	After     string // JSON; empty if the object was deleted
}

// EventFilter selects events. Its zero value selects all.
type EventFilter struct {
	Actor  string
	Kind   string
	Object string    // equal to ObjectID or RelatedID
	Since  time.Time // at or after this time
	Before int64     // with a lower ID
	Limit  int       // maximum number; 0 for no limit
}

// EventLimit selects the events to keep. Its zero value keeps all.
type EventLimit struct {
	Since time.Time // keep those at or after this time; zero for any time
	Most  int       // keep at most this number; 0 for no limit
}

// EventTx stores events. Events are never changed. Append them in the transaction
// of the change.
type EventTx interface {
	// AppendEvent stores the event with the tenant's next ID, regardless of the
	// record. It returns ErrNotFound if the tenant does not exist.
	AppendEvent(ctx context.Context, e Event) error
	// Events lists the tenant's events that match the filter, newest first.
	Events(ctx context.Context, tenant string, filter EventFilter) ([]Event, error)
	// EventsFrom lists at most limit of the tenant's events with the ID from or a
	// higher one, oldest first.
	EventsFrom(ctx context.Context, tenant string, from int64, limit int) ([]Event, error)
	// EventSince returns the lowest ID of the tenant's events at or after that time.
	// It returns ErrNotFound if there is none.
	EventSince(ctx context.Context, tenant string, since time.Time) (int64, error)
	// SurplusEvents returns the IDs of the first and the last of the tenant's events
	// that the limit does not keep, or zeros. They are always the oldest: if an
	// event must be kept, so are all with a higher ID. The newest event is always
	// kept.
	SurplusEvents(ctx context.Context, tenant string, limit EventLimit) (first, last int64, err error)
	// DeleteEvents removes the tenant's events with that ID or a lower one.
	DeleteEvents(ctx context.Context, tenant string, upTo int64) error
}
