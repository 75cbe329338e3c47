// Package signing keeps the keys that sign tokens: it creates, rotates, encrypts and
// removes them, and finds the key of a token. It knows the store, and nothing of
// tokens but how long they are valid.
package signing

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/access-config/terraform-provider-iam/internal/server/seal"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

const (
	// TokenLifetime is how long a token is valid, as on the platform.
	TokenLifetime = 14399 * time.Second

	// UnnamedKey is the id of the key of tokens that name none, which were signed
	// before there was more than one key.
	UnnamedKey = "1"

	keyBytes = 32

	// Poll is how often a process reads the keys again.
	Poll = time.Minute
	// delay is how long after its creation a key begins to sign. By then every
	// process knows it.
	delay = 2 * Poll
)

// Keys manages the signing keys of a store, with or without a running server. The
// newest key signs, from two minutes after its creation. Older keys verify until
// the tokens that they signed have expired.
type Keys struct {
	store store.Store
	seal  *seal.Keys // nil: the keys are stored plain
	now   func() time.Time
}

// Key signs tokens, or verifies them.
type Key struct {
	ID        string
	CreatedAt time.Time
	EndsAt    time.Time // when it stops verifying; zero for the newest
	SealedBy  string    // id of the key that encrypts it; empty for none

	Secret []byte
}

// NewKeys returns the signing keys of a store. They are encrypted if keys is not
// nil.
func NewKeys(s store.Store, keys *seal.Keys, now func() time.Time) Keys {
	return Keys{store: s, seal: keys, now: now}
}

// List returns the keys by creation time, including keys that have ended and are
// not removed yet.
func (k Keys) List(ctx context.Context) ([]Key, error) { return k.read(ctx, k.store) }

func (k Keys) read(ctx context.Context, tx store.TenantTx) ([]Key, error) {
	records, err := tx.SigningKeys(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the token signing keys: %w", err)
	}
	keys := make([]Key, len(records))
	for i, r := range records {
		text, err := k.seal.Open(place(r.ID), r.Secret)
		if err != nil {
			return nil, fmt.Errorf("reading the token signing key %s: %w", r.ID, seal.Hint(err))
		}
		keys[i] = Key{ID: r.ID, CreatedAt: r.CreatedAt, SealedBy: seal.IDOf(r.Secret)}
		if keys[i].Secret, err = base64.StdEncoding.DecodeString(text); err != nil || len(keys[i].Secret) == 0 {
			return nil, fmt.Errorf("the token signing key %s is damaged: restore the database from a backup", r.ID)
		}
		if i > 0 {
			keys[i-1].EndsAt = r.CreatedAt.Add(delay + TokenLifetime)
		}
	}
	return keys, nil
}

// place is the place that a signing key is encrypted for.
func place(id string) seal.Place { return seal.Place{Kind: "signing-key", ID: id} }

// Rotate creates a key and returns its id. With endTokens it removes all other
// keys: all tokens end, and the new key signs at once.
func (k Keys) Rotate(ctx context.Context, endTokens bool) (id string, err error) {
	err = k.store.InTx(ctx, store.AllTenants, func(tx store.Tx) error {
		old, err := k.read(ctx, tx)
		if err != nil {
			return err
		}
		if id, err = k.create(ctx, tx, old); err != nil || !endTokens {
			return err
		}
		for _, key := range old {
			if err := tx.DeleteSigningKey(ctx, key.ID); err != nil {
				return fmt.Errorf("removing the token signing key %s: %w", key.ID, err)
			}
		}
		return nil
	})
	return id, err
}

// create creates a key that is newer than the old ones, however fast they follow.
func (k Keys) create(ctx context.Context, tx store.Tx, old []Key) (id string, err error) {
	secret := make([]byte, keyBytes)
	_, _ = rand.Read(secret) // never fails: see crypto/rand
	id = uuid.Must(uuid.NewV7()).String()
	at := k.now().UTC().Truncate(time.Millisecond)
	if len(old) > 0 && !at.After(old[len(old)-1].CreatedAt) {
		at = old[len(old)-1].CreatedAt.Add(time.Millisecond)
	}
	record := store.SigningKey{ID: id, CreatedAt: at, Secret: k.seal.Seal(place(id), base64.StdEncoding.EncodeToString(secret))}
	if err := tx.CreateSigningKey(ctx, record); err != nil {
		return "", fmt.Errorf("creating a token signing key: %w", err)
	}
	return id, nil
}

// maintain returns the keys after the work that is due: it creates the first key,
// creates another one if the newest has reached the age, and removes keys that
// have ended. Age 0 keeps the newest key and removes none.
func (k Keys) maintain(ctx context.Context, age time.Duration) ([]Key, error) {
	keys, err := k.read(ctx, k.store)
	if err != nil || !k.isDue(keys, age) {
		return keys, err
	}
	err = k.store.InTx(ctx, store.AllTenants, func(tx store.Tx) error {
		if keys, err = k.read(ctx, tx); err != nil {
			return err
		}
		if k.isOld(keys, age) { // unless another process was faster
			if _, err := k.create(ctx, tx, keys); err != nil {
				return err
			}
		}
		for _, key := range keys {
			if key.hasEnded(k.now()) {
				if err := tx.DeleteSigningKey(ctx, key.ID); err != nil {
					return fmt.Errorf("removing the token signing key %s: %w", key.ID, err)
				}
			}
		}
		keys, err = k.read(ctx, tx)
		return err
	})
	return keys, err
}

// isDue reports whether maintain has work to do.
func (k Keys) isDue(keys []Key, age time.Duration) bool {
	return k.isOld(keys, age) || age > 0 && keys[0].hasEnded(k.now())
}

// isOld reports whether another key is due.
func (k Keys) isOld(keys []Key, age time.Duration) bool {
	return len(keys) == 0 || age > 0 && k.now().Sub(keys[len(keys)-1].CreatedAt) >= age
}

func (k Key) hasEnded(now time.Time) bool { return !k.EndsAt.IsZero() && !now.Before(k.EndsAt) }

// Reseal encrypts the keys that are stored plain, or under another key than the
// present one, and returns how many there were.
func (k Keys) Reseal(ctx context.Context, tx store.Tx) (count int, err error) {
	records, err := tx.SigningKeys(ctx)
	if err != nil {
		return 0, fmt.Errorf("reading the token signing keys: %w", err)
	}
	for _, r := range records {
		if seal.IDOf(r.Secret) == k.seal.ID() {
			continue
		}
		text, err := k.seal.Open(place(r.ID), r.Secret)
		if err != nil {
			return 0, fmt.Errorf("reading the token signing key %s: %w", r.ID, seal.Hint(err))
		}
		r.Secret = k.seal.Seal(place(r.ID), text)
		if err := errors.Join(tx.DeleteSigningKey(ctx, r.ID), tx.CreateSigningKey(ctx, r)); err != nil {
			return 0, fmt.Errorf("encrypting the token signing key %s: %w", r.ID, err)
		}
		count++
	}
	return count, nil
}
