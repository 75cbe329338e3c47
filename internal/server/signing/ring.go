package signing

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

const (
	// lookupPause is the least time between two lookups of unknown keys: a caller
	// may name any key.
	lookupPause = 200 * time.Millisecond
	// lookupTimeout limits a lookup.
	lookupTimeout = 5 * time.Second
)

// ErrUnknownKey is the error of Ring.Find for a key that verifies nothing.
var ErrUnknownKey = errors.New("there is no such signing key")

// Ring holds the signing keys that this process knows. It is safe for concurrent
// use.
type Ring struct {
	source Keys
	age    time.Duration
	lookup singleflight.Group

	mutex sync.Mutex
	keys  []Key
	begun int // reads of the store
	read  int // the number of the read that keys are from

	lookedAt time.Time // when the last lookup ended; only for lookup
}

// NewRing returns an empty ring. A key that has reached the age is followed by
// another one; age 0 keeps it.
func NewRing(keys Keys, age time.Duration) *Ring { return &Ring{source: keys, age: age} }

// Refresh does the work that is due for the keys of the store, and reads them.
func (r *Ring) Refresh(ctx context.Context) error {
	r.mutex.Lock()
	r.begun++
	number := r.begun
	r.mutex.Unlock()
	keys, err := r.source.maintain(ctx, r.age)
	if err != nil {
		return err
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if number > r.read {
		r.keys, r.read = keys, number
	}
	return nil
}

// Signer returns the key that signs now.
func (r *Ring) Signer() Key {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	now, last := r.source.now(), 0
	for i, key := range r.keys {
		if now.Sub(key.CreatedAt) >= delay {
			last = i
		}
	}
	return r.keys[last]
}

// Find returns the secret of a key that verifies now, or ErrUnknownKey. A key is
// unknown only if a read of the store that began after the call does not have it: a
// process may sign with a key that another does not know yet. For that it waits, since
// unknown keys are looked up at most every lookupPause.
func (r *Ring) Find(ctx context.Context, id string) ([]byte, error) {
	secret, begun, _ := r.known(id)
	for secret == nil {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case found := <-r.lookup.DoChan("", r.lookUp(ctx)):
			if found.Err != nil {
				return nil, found.Err
			}
		}
		var read int
		if secret, _, read = r.known(id); secret == nil && read > begun {
			return nil, ErrUnknownKey
		}
	}
	return secret, nil
}

// lookUp returns the function that reads the keys after the pause.
func (r *Ring) lookUp(ctx context.Context) func() (any, error) {
	return func() (any, error) {
		time.Sleep(time.Until(r.lookedAt.Add(lookupPause)))
		defer func() { r.lookedAt = time.Now() }()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookupTimeout)
		defer cancel()
		return nil, r.Refresh(ctx)
	}
}

// known returns the secret of a key, nil for one that the ring does not have, with the
// number of reads that have begun and the number of the read that this is from.
func (r *Ring) known(id string) (secret []byte, begun, read int) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	now := r.source.now()
	for _, key := range r.keys {
		if key.ID == id && !key.hasEnded(now) {
			secret = key.Secret
		}
	}
	return secret, r.begun, r.read
}
