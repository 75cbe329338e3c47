package store

import (
	"context"
	"time"
)

// Event says what one change did to one object, and who made it.
type Event struct {
	Tenant    string
	ID        int64     // counts the tenant's events from 1, in the order of the changes
	At        time.Time // to the millisecond
	ActorKind string
	Actor     string // of a kind: an id, or empty
	Action    string
	Kind      string // of the object
	ObjectID  string
	RelatedID string // where two objects make one: the user of a membership
	RequestID string // empty when no request made the change
	Before    string // JSON; empty when there was no such object
	After     string // JSON; empty when there is none any more
}

// EventFilter selects events. Its zero value selects all.
type EventFilter struct {
	Actor  string
	Kind   string
	Object string    // as ObjectID or RelatedID
	Since  time.Time // of that time or later
	Before int64     // with a lower ID
	Limit  int       // how many; 0 is without limit
}

// EventLimit says which events are no longer kept. Its zero value keeps all.
type EventLimit struct {
	Since time.Time // not those of before; zero: of whatever time
	Most  int       // not those beyond so many; 0: however many
}

// EventTx keeps events. They are never changed, and belong into the transaction
// of the change.
type EventTx interface {
	// AppendEvent gives the event the tenant's next ID, whatever the record
	// says. It answers ErrNotFound when the tenant does not exist.
	AppendEvent(ctx context.Context, e Event) error
	// Events lists the tenant's events that the filter selects, newest first.
	Events(ctx context.Context, tenant string, filter EventFilter) ([]Event, error)
	// EventsFrom lists the tenant's events from that ID on, oldest first, and at
	// most so many.
	EventsFrom(ctx context.Context, tenant string, from int64, limit int) ([]Event, error)
	// EventSince returns the lowest ID of the tenant's events of that time or
	// later. It answers ErrNotFound when there is none.
	EventSince(ctx context.Context, tenant string, since time.Time) (int64, error)
	// SurplusEvents returns the IDs of the first and the last of the tenant's
	// events that the limit no longer keeps, or zeros. They are the oldest: an
	// event stays as long as one with a lower ID has to. The newest always does.
	SurplusEvents(ctx context.Context, tenant string, limit EventLimit) (first, last int64, err error)
	// DeleteEvents removes the tenant's events up to that ID.
	DeleteEvents(ctx context.Context, tenant string, upTo int64) error
}
