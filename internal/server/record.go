package server

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

// recordingStore is a store in which each change of a record leaves an event,
// in the transaction of the change: there is never one without the other.
type recordingStore struct {
	recorder

	store store.Store
}

var _ store.Store = recordingStore{}

func newRecordingStore(s store.Store, now func() time.Time) recordingStore {
	return recordingStore{recorder: recorder{Tx: s, change: s.InTx, now: now}, store: s}
}

// InTx implements store.Store.
func (s recordingStore) InTx(ctx context.Context, fn func(tx store.Tx) error) error {
	return s.store.InTx(ctx, func(tx store.Tx) error { return fn(s.in(tx)) })
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

// recorder records what changes, inside and outside a joint transaction. Each
// operation that writes stands in record_tx.go; the others are the store's own,
// and those of them that write are named, with a reason, in the test that looks
// for what is missing.
type recorder struct {
	store.Tx

	change func(ctx context.Context, fn func(tx store.Tx) error) error
	now    func() time.Time
}

// in is the recorder inside a transaction.
func (r recorder) in(tx store.Tx) recorder {
	r.Tx = tx
	r.change = func(_ context.Context, fn func(tx store.Tx) error) error { return fn(tx) }
	return r
}

// objectKey names the object of an event.
type objectKey struct{ tenant, kind, id, related string }

// recordType is how records of a type show in events.
type recordType[T any] struct {
	key      func(record T) objectKey
	document func(record T) (any, error)
}

// encode writes a record as events show it.
func (t recordType[T]) encode(record T) ([]byte, error) {
	document, err := t.document(record)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(document)
	if err != nil {
		return nil, fmt.Errorf("encoding %s %s for its event: %w", t.key(record).kind, t.key(record).id, err)
	}
	return shortState(text)
}

// recordCreation records a new record, which is stored as it is given.
func recordCreation[T any](ctx context.Context, r recorder, t recordType[T], record T, create func(tx store.Tx) error) error {
	if isStart(ctx) {
		return r.change(ctx, create)
	}
	return r.change(ctx, func(tx store.Tx) error {
		if err := create(tx); err != nil {
			return err
		}
		after, err := t.encode(record)
		if err != nil {
			return err
		}
		return r.note(ctx, tx, t.key(record), nil, after)
	})
}

// recordChange records what an operation makes of the records that it may
// touch, whichever they are before and after it.
func recordChange[T any](
	ctx context.Context, r recorder, t recordType[T], touched func(tx store.Tx) ([]T, error), change func(tx store.Tx) error,
) error {
	if isStart(ctx) {
		return r.change(ctx, change)
	}
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
			if err := r.note(ctx, tx, key, before[key], after[key]); err != nil {
				return err
			}
		}
		return nil
	})
}

// states reads records as events show them. The keys are in the records' order.
func (t recordType[T]) states(tx store.Tx, read func(tx store.Tx) ([]T, error)) ([]objectKey, map[objectKey][]byte, error) {
	records, err := read(tx)
	if err != nil {
		return nil, nil, err
	}
	keys, states := make([]objectKey, len(records)), make(map[objectKey][]byte, len(records))
	for i, record := range records {
		keys[i] = t.key(record)
		if states[keys[i]], err = t.encode(record); err != nil {
			return nil, nil, err
		}
	}
	return keys, states, nil
}

// note appends an event, unless nothing has changed.
func (r recorder) note(ctx context.Context, tx store.Tx, object objectKey, before, after []byte) error {
	if bytes.Equal(before, after) {
		return nil
	}
	action := api.ActionUpdate
	switch {
	case before == nil:
		action = api.ActionCreate
	case after == nil:
		action = api.ActionDelete
	}
	by := causeOf(ctx)
	err := tx.AppendEvent(ctx, store.Event{
		Tenant: object.tenant, At: r.now().UTC().Truncate(time.Millisecond), ActorKind: string(by.kind), Actor: by.actor, Action: string(action),
		Kind: object.kind, ObjectID: object.id, RelatedID: object.related, RequestID: by.requestID, Before: string(before), After: string(after),
	})
	if err != nil {
		return fmt.Errorf("recording the change of %s %s: %w", object.kind, object.id, err)
	}
	return nil
}

// optional is the list of a record that may not be there.
func optional[T any](record T, err error) ([]T, error) {
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	return []T{record}, err
}
