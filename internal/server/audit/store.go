// Package audit is a store that records what changes in it: each change of a record
// appends an audit event, in the same transaction. It knows how events show each
// type of record, and nothing of requests but their actor.
package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// recordingStore is a store in which each change of a record appends an event, in
// the transaction of the change: neither exists without the other.
type recordingStore struct {
	recorder

	store store.Store
}

var _ store.Store = recordingStore{}

// NewStore returns the store with a record of its changes: each one through it
// appends an audit event.
func NewStore(s store.Store, now func() time.Time) store.Store {
	return recordingStore{recorder: recorder{Tx: s, now: now, change: func(ctx context.Context, fn func(tx store.Tx) error) error {
		return s.InTx(ctx, store.AllTenants, fn)
	}}, store: s}
}

// NewTx returns the transaction with a record of its changes.
func NewTx(tx store.Tx, now func() time.Time) store.Tx { return recorder{now: now}.in(tx) }

// InTx implements store.Store.
func (s recordingStore) InTx(ctx context.Context, tenant string, fn func(tx store.Tx) error) error {
	return s.store.InTx(ctx, tenant, func(tx store.Tx) error { return fn(s.in(tx)) })
}

// Ping implements store.Store.
func (s recordingStore) Ping(ctx context.Context) error { return s.store.Ping(ctx) }

// Backlog implements store.Store.
func (s recordingStore) Backlog(ctx context.Context) (store.Backlog, error) {
	return s.store.Backlog(ctx)
}

// WriteMetrics implements store.Store.
func (s recordingStore) WriteMetrics(w io.Writer) { s.store.WriteMetrics(w) }

// Close implements store.Store.
func (s recordingStore) Close() error { return s.store.Close() }

// recorder records changes, inside and outside a transaction. The operations that
// are recorded are in operations.go. All others are the store's own; a test names
// those of them that write, with the reason why they are not recorded.
type recorder struct {
	store.Tx

	change func(ctx context.Context, fn func(tx store.Tx) error) error
	now    func() time.Time
}

// in returns the recorder for a transaction.
func (r recorder) in(tx store.Tx) recorder {
	r.Tx = tx
	r.change = func(_ context.Context, fn func(tx store.Tx) error) error { return fn(tx) }
	return r
}

// Object identifies the object of an event.
type Object struct{ Tenant, Kind, ID, Related string }

// recordType describes how events show records of a type.
type recordType[T any] struct {
	key      func(record T) Object
	document func(record T) (any, error)
}

// encode returns a record as events show it, in JSON.
func (t recordType[T]) encode(record T) ([]byte, error) {
	document, err := t.document(record)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(document)
	if err != nil {
		return nil, fmt.Errorf("encoding %s %s for its event: %w", t.key(record).Kind, t.key(record).ID, err)
	}
	return shortState(text)
}

// recordCreation creates a record and appends its event.
func recordCreation[T any](ctx context.Context, r recorder, t recordType[T], record T, create func(tx store.Tx) error) error {
	return r.change(ctx, func(tx store.Tx) error {
		if err := create(tx); err != nil {
			return err
		}
		after, err := t.encode(record)
		if err != nil {
			return err
		}
		return appendEvent(ctx, tx, r.now(), difference{t.key(record), nil, after})
	})
}

// recordChange runs an operation and appends an event for each record that differs
// afterwards, of those that touched reads before and after it.
func recordChange[T any](
	ctx context.Context, r recorder, t recordType[T], touched func(tx store.Tx) ([]T, error), change func(tx store.Tx) error,
) error {
	return r.change(ctx, func(tx store.Tx) error {
		keys, before, err := t.states(tx, touched)
		if err != nil {
			return err
		}
		if err := change(tx); err != nil {
			return err
		}
		later, after, err := t.states(tx, touched)
		if err != nil {
			return err
		}
		for _, key := range later {
			if before[key] == nil {
				keys = append(keys, key)
			}
		}
		for _, key := range keys {
			if err := appendEvent(ctx, tx, r.now(), difference{key, before[key], after[key]}); err != nil {
				return err
			}
		}
		return nil
	})
}

// states reads records as events show them. The keys are in the order of the records.
func (t recordType[T]) states(tx store.Tx, read func(tx store.Tx) ([]T, error)) ([]Object, map[Object][]byte, error) {
	records, err := read(tx)
	if err != nil {
		return nil, nil, err
	}
	keys, states := make([]Object, len(records)), make(map[Object][]byte, len(records))
	for i, record := range records {
		keys[i] = t.key(record)
		if states[keys[i]], err = t.encode(record); err != nil {
			return nil, nil, err
		}
	}
	return keys, states, nil
}

// AppendCreation appends the event of something that is created without a record
// in the store; document is what the event shows.
func AppendCreation(ctx context.Context, tx store.Tx, now time.Time, o Object, document any) error {
	text, err := json.Marshal(document)
	if err == nil {
		text, err = shortState(text)
	}
	if err != nil {
		return fmt.Errorf("encoding %s %s for its event: %w", o.Kind, o.ID, err)
	}
	return appendEvent(ctx, tx, now, difference{o, nil, text})
}

// difference is a change of an object. A state is nil if the object does not exist.
type difference struct {
	object        Object
	before, after []byte
}

// appendEvent appends the event of a change, unless the states are equal.
func appendEvent(ctx context.Context, tx store.Tx, now time.Time, c difference) error {
	if bytes.Equal(c.before, c.after) {
		return nil
	}
	action := api.ActionUpdate
	switch {
	case c.before == nil:
		action = api.ActionCreate
	case c.after == nil:
		action = api.ActionDelete
	}
	by, o := actorOf(ctx), c.object
	err := tx.AppendEvent(ctx, store.Event{
		Tenant: o.Tenant, At: now.UTC().Truncate(time.Millisecond), ActorKind: string(by.Kind), Actor: by.ID, Action: string(action),
		Kind: o.Kind, ObjectID: o.ID, RelatedID: o.Related, RequestID: by.RequestID, Before: string(c.before), After: string(c.after),
	})
	if err != nil {
		return fmt.Errorf("recording the change of %s %s: %w", o.Kind, o.ID, err)
	}
	return nil
}

// optional returns a list with the record, or an empty one if it does not exist.
func optional[T any](record T, err error) ([]T, error) {
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	return []T{record}, err
}
