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
	lookupPause = time.Second
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

	mutex  sync.Mutex
	keys   []Key
	readAt time.Time
}

// NewRing returns an empty ring. A key that has reached the age is followed by
// another one; age 0 keeps it.
func NewRing(keys Keys, age time.Duration) *Ring { return &Ring{source: keys, age: age} }

// Refresh does the work that is due for the keys of the store, and reads them.
func (r *Ring) Refresh(ctx context.Context) error {
	keys, err := r.source.maintain(ctx, r.age)
	if err != nil {
		return err
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.keys, r.readAt = keys, r.source.now()
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

// Find returns the secret of a key that verifies now, or ErrUnknownKey. It reads
// the store for a key that it does not know, at most once a second.
func (r *Ring) Find(ctx context.Context, id string) ([]byte, error) {
	secret, lookedAt := r.known(id)
	if secret != nil || r.source.now().Sub(lookedAt) < lookupPause {
		return secret, unknownUnless(secret)
	}
	_, err, _ := r.lookup.Do("", func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookupTimeout)
		defer cancel()
		return nil, r.Refresh(ctx)
	})
	if err != nil {
		return nil, err
	}
	secret, _ = r.known(id)
	return secret, unknownUnless(secret)
}

func unknownUnless(secret []byte) error {
	if secret == nil {
		return ErrUnknownKey
	}
	return nil
}

// known returns the secret of a key, nil for one that the ring does not have, and
// when the keys were read.
func (r *Ring) known(id string) (secret []byte, readAt time.Time) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	now := r.source.now()
	for _, key := range r.keys {
		if key.ID == id && !key.hasEnded(now) {
			secret = key.Secret
		}
	}
	return secret, r.readAt
}
